"""Release and generic payloads are orders: annotations and answers to the letter."""

from __future__ import annotations

import json
import re

import pytest

from stoker.kube.cluster import EVENTS, GATEWAYSYNCS
from tests.receiver.conftest import Served, github

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def release(action: str = "published", tag: str = "v2.0.0") -> bytes:
    return json.dumps({"action": action, "release": {"tag_name": tag, "draft": False}}).encode()


async def test_a_generic_order_is_annotated_and_answered_to_the_letter(receiver: Served) -> None:
    answer = await receiver.order("v1.2.3")
    assert (answer.status_code, answer.json()) == (202, {"accepted": True, "ref": "v1.2.3"})
    assert answer.headers["content-type"] == "application/json"
    found = await receiver.annotations()
    assert found.keys() == {"requested-ref", "requested-at", "requested-by"}
    assert (found["requested-ref"], found["requested-by"]) == ("v1.2.3", "generic")
    assert MOMENT.fullmatch(found["requested-at"])


async def test_a_release_needs_no_header_and_is_githubs(receiver: Served) -> None:
    body = release()
    headers = github(body)
    del headers["X-GitHub-Event"]
    assert (await receiver.post(body, headers)).json() == {"accepted": True, "ref": "v2.0.0"}
    found = await receiver.annotations()
    assert (found["requested-ref"], found["requested-by"]) == ("v2.0.0", "github")
    assert receiver.counted("github", 202) == 1


async def test_a_release_with_its_header_is_the_same(receiver: Served) -> None:
    body = release(tag="v3")
    assert (await receiver.post(body, github(body, event="release"))).json() == {"accepted": True, "ref": "v3"}


@pytest.mark.parametrize("action", ["deleted", "unpublished"])
@pytest.mark.parametrize("event", ["release", ""])
async def test_a_release_that_goes_away_changes_nothing(receiver: Served, action: str, event: str) -> None:
    body = release(action)
    headers = {key: value for key, value in github(body, event=event).items() if value}
    answer = await receiver.post(body, headers)
    assert (answer.status_code, answer.json()["accepted"]) == (202, False)
    assert action in answer.json()["reason"]
    assert await receiver.annotations() == {}


async def test_the_present_ref_again_asks_only_for_a_fresh_look(receiver: Served) -> None:
    await receiver.order("v1")
    before = await receiver.annotations()
    body = release(tag="v1")
    answer = await receiver.post(body, github(body, event="release"))
    assert (answer.status_code, answer.json()) == (202, {"accepted": True, "ref": "v1", "message": "ref already set"})
    after = await receiver.annotations()
    assert MOMENT.fullmatch(after.pop("pushed-at"))
    assert after == before


async def test_two_orders_in_one_second_differ(receiver: Served) -> None:
    await receiver.order("v1")
    first = (await receiver.annotations())["requested-at"]
    await receiver.order("v2")
    assert (await receiver.annotations())["requested-at"] > first


async def test_an_order_touches_nothing_but_its_annotations(receiver: Served) -> None:
    before = await receiver.cluster.get(GATEWAYSYNCS, "default", "plant")
    await receiver.order("v1")
    after = await receiver.cluster.get(GATEWAYSYNCS, "default", "plant")
    assert (after.spec, after.status, after.metadata.generation) == (before.spec, before.status, 1)


async def test_people_are_told_of_an_order_by_an_event_and_of_the_present_ref_by_none(receiver: Served) -> None:
    await receiver.order("v1")
    await receiver.order("v1")
    await receiver.stop()
    events = (await receiver.cluster.list(EVENTS)).items
    assert [(event.type, event.reason, event.count) for event in events] == [("Normal", "WebhookReceived", 1)]
    assert [event.message for event in events] == ["Webhook from generic, ref v1"]


async def test_an_order_for_an_unknown_resource_is_404(receiver: Served) -> None:
    answer = await receiver.order("v1", "/webhook/default/absent")
    assert (answer.status_code, answer.json()) == (404, {"error": "not found: there is no GatewaySync default/absent"})
    assert receiver.counted("generic", 404) == 1
