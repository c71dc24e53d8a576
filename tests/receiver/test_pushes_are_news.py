"""A push counts when its ref is the one in effect; anything else changes nothing and says why."""

from __future__ import annotations

import re

import pytest

from stoker.kube.cluster import EVENTS, GATEWAYSYNCS
from stoker.receiver.refs import means
from tests.receiver.conftest import Served, pushed


async def test_a_push_to_the_branch_in_effect_asks_for_a_fresh_look_and_nothing_else(receiver: Served) -> None:
    answer = await receiver.push(pushed())
    told = {"accepted": True, "ref": "refs/heads/main", "resources": ["default/plant"]}
    assert (answer.status_code, answer.json()) == (202, told)
    found = await receiver.annotations()
    assert found.keys() == {"pushed-at", "requested-by"}
    assert found["requested-by"] == "github"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found["pushed-at"])


async def test_a_push_to_another_branch_changes_nothing(receiver: Served) -> None:
    writes = receiver.cluster.writes
    answer = await receiver.push(pushed("refs/heads/experiment"))
    assert answer.status_code == 202
    reason = "pushed refs/heads/experiment, but 'main' is in effect"
    assert answer.json() == {
        "accepted": False,
        "ref": "refs/heads/experiment",
        "reason": reason,
        "resources": [],
        "passedOver": {"default/plant": reason},
    }
    assert receiver.cluster.writes == writes


async def test_the_requested_ref_is_the_one_in_effect_while_it_stands(receiver: Served) -> None:
    await receiver.order("release-2")
    assert not (await receiver.push(pushed())).json()["accepted"]
    assert (await receiver.push(pushed("refs/heads/release-2"))).json()["accepted"]


async def test_the_repository_of_a_push_to_a_named_resource_does_not_matter(receiver: Served) -> None:
    assert (await receiver.push(pushed(repository="https://mirror.example/else"))).json()["accepted"]


@pytest.mark.parametrize(
    ("wanted", "moved", "news"),
    [
        ("main", "refs/heads/main", True),
        ("main", "refs/tags/main", True),  # the tag would win from now on
        ("refs/heads/main", "refs/heads/main", True),
        ("refs/heads/main", "refs/tags/main", False),
        ("refs/tags/v1", "refs/heads/v1", False),
        ("refs/heads/main", "main", True),
        ("refs/pull/7/head", "refs/pull/7/head", True),
        ("v1", "refs/tags/v1", True),
        ("1", "refs/tags/v1", False),
        ("main", "refs/heads/feature/main", False),
        ("", "refs/heads/main", False),
        ("0" * 40, "refs/heads/main", False),
    ],
)
def test_which_news_concerns_whom(wanted: str, moved: str, news: bool) -> None:
    assert means(wanted, moved) is news


async def test_a_tag_of_the_branchs_name_is_no_news_for_who_follows_the_full_branch(receiver: Served) -> None:
    await receiver.add("full", ref="refs/heads/main")
    assert not (await receiver.push(pushed("refs/tags/main"), "/webhook/default/full")).json()["accepted"]
    assert await receiver.annotations("full") == {}


async def test_a_deleted_branch_is_ignored(receiver: Served) -> None:
    answer = await receiver.push(pushed(deleted=True, after="0" * 40))
    assert (answer.status_code, answer.json()) == (202, {"accepted": False, "reason": "refs/heads/main was deleted"})
    assert await receiver.annotations() == {}


async def test_a_ping_is_answered_200_and_changes_nothing(receiver: Served) -> None:
    writes = receiver.cluster.writes
    answer = await receiver.push(b'{"zen": "Design for failure."}', event="ping")
    assert (answer.status_code, answer.json()) == (200, {"message": "pong"})
    assert receiver.cluster.writes == writes
    assert receiver.counted("github", 200) == 1


async def test_a_resource_with_a_broken_spec_says_so(receiver: Served) -> None:
    await receiver.cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": "odd"}, "spec": {"git": "x"}})
    answer = await receiver.push(pushed(), "/webhook/default/odd")
    assert (answer.status_code, answer.json()["reason"]) == (202, "its spec names no ref")


async def test_people_are_told_by_an_event(receiver: Served) -> None:
    await receiver.push(pushed())
    await receiver.push(pushed("refs/heads/other"))
    await receiver.stop()
    events = (await receiver.cluster.list(EVENTS)).items
    assert [(event.type, event.reason, event.involved_object.name) for event in events] == [
        ("Normal", "WebhookReceived", "plant")
    ]


@pytest.mark.parametrize(
    ("body", "status", "answered", "source"),
    [
        (b"payload=x", 400, "the body is not JSON; set the webhook's content type to application/json", "unknown"),
        (b"{}", 400, "no ref found in payload", "github"),
    ],
)
async def test_what_is_not_understood_is_400_for_who_may_speak(
    receiver: Served, body: bytes, status: int, answered: str, source: str
) -> None:
    answer = await receiver.push(body)
    assert (answer.status_code, answer.json()) == (status, {"error": answered})
    assert receiver.counted(source, 400) == 1


@pytest.mark.parametrize("path", ["/", "/webhooks/default/plant", "/webhook/a/b/c", "/webhook//plant", "/metrics"])
async def test_no_other_page_is_served(receiver: Served, path: str) -> None:
    assert (await receiver.push(pushed(), path)).status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_only_post_is_served(receiver: Served, method: str) -> None:
    answer = await receiver.http.request(method, f"{receiver.url}/webhook/default/plant")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert receiver.counted("unknown", 405) == 1
