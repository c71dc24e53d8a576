"""A poll that finds the commit there was costs a share of a look-up and nothing else; everything else makes a pass."""

from __future__ import annotations

import base64

import pytest

from stoker.errors import GitTimeout
from stoker.kube.cluster import SECRETS
from tests.controller.house import NS, URL, B, House

TOKEN = {"token": {"secretRef": {"name": "git", "key": "token"}}}


async def test_it_asks_and_makes_no_pass(resolved: House) -> None:
    before, asked = resolved.passes(), len(resolved.refs.asked)
    await resolved.advance(241)
    assert (resolved.passes() - before, len(resolved.refs.asked) - asked) == (0, 4)
    assert resolved.value("ref_resolve_duration_seconds_count") == 5


async def test_neither_does_a_push_that_brings_the_same_commit(resolved: House) -> None:
    before, asked = resolved.passes(), len(resolved.refs.asked)
    await resolved.annotate({"stoker.io/pushed-at": "1", "stoker.io/requested-by": "github"})
    await resolved.annotate({"stoker.io/pushed-at": "2", "stoker.io/requested-by": "gitlab"})
    assert (resolved.passes() - before, len(resolved.refs.asked) - asked) == (0, 2)


async def test_a_push_reads_a_credential_anew(house: House) -> None:
    await house.secret("git", token="old-token-old-token")
    await house.resource(git__auth=TOKEN)
    fresh = base64.b64encode(b"new-token-new-token").decode()
    await house.cluster.patch(SECRETS, NS, "git", {"data": {"token": fresh}})
    await house.annotate({"stoker.io/pushed-at": "1"})
    assert house.refs.asked[-1].secret == "new-token-new-token"


@pytest.mark.parametrize("also", ["stoker.io/requested-at", "stoker.io/allow-mass-delete", "anything"])
async def test_a_push_beside_another_annotation_is_a_pass(resolved: House, also: str) -> None:
    before, asked = resolved.passes(), len(resolved.refs.asked)
    await resolved.annotate({"stoker.io/pushed-at": "1", also: "x"})
    assert resolved.passes() > before
    assert len(resolved.refs.asked) == asked + 1


async def test_a_push_ends_the_backoff_of_what_failed(resolved: House) -> None:
    resolved.refs.errors[URL] = GitTimeout("no answer")
    await resolved.advance(61)
    resolved.refs.errors.clear()
    await resolved.annotate({"stoker.io/pushed-at": "1"})
    assert resolved.words("RefResolved")[0] == "True"


async def test_every_five_minutes_there_is_one_all_the_same(resolved: House) -> None:
    before = resolved.passes()
    await resolved.advance(1801)
    assert 6 <= resolved.passes() - before <= 12


async def test_another_commit_is_handed_over_as_soon_as_it_is_found(resolved: House) -> None:
    resolved.refs.push(URL, B)
    await resolved.advance(60)
    assert resolved.metadata()["commit"] == B
    assert resolved.status().last_sync_commit == B
    assert len(resolved.refs.asked) == 2


async def test_a_failure_is_told_and_its_end_too(resolved: House) -> None:
    resolved.refs.errors[URL] = GitTimeout("no answer")
    await resolved.advance(60)
    assert resolved.words("RefResolved")[:2] == ("False", "RefResolutionFailed")
    resolved.refs.errors.clear()
    await resolved.advance(30)
    assert resolved.words("RefResolved")[0] == "True"


async def test_news_of_a_watch_makes_a_pass_at_once(resolved: House) -> None:
    await resolved.advance(90)
    await resolved.report(await resolved.pod("gw-0"))
    assert resolved.words("Ready")[0] == "True"


@pytest.mark.parametrize("seconds", [10, 70])
async def test_a_request_is_answered_afresh_at_once(resolved: House, seconds: float) -> None:
    await resolved.advance(seconds)
    asked = len(resolved.refs.asked)
    await resolved.annotate({"stoker.io/requested-at": "now"})
    assert len(resolved.refs.asked) == asked + 1
    assert resolved.status().last_handled_requested_at == "now"


async def test_a_revoked_credential_is_read_anew_when_it_fails(house: House) -> None:
    await house.secret("git", token="old-token-old-token")
    await house.resource(git__auth=TOKEN)
    fresh = base64.b64encode(b"new-token-new-token").decode()
    await house.cluster.patch(SECRETS, NS, "git", {"data": {"token": fresh}})
    house.refs.errors[URL] = GitTimeout("refused")
    await house.advance(60)
    house.refs.errors.clear()
    await house.advance(30)
    assert house.words("RefResolved")[0] == "True"
    assert house.refs.asked[-1].secret == "new-token-new-token"


async def test_a_secret_that_was_taken_away_is_noticed_within_five_minutes(resolved: House) -> None:
    await resolved.cluster.delete(SECRETS, NS, "api-key")
    await resolved.advance(301)
    assert "not found" in resolved.words("Ready")[2]
