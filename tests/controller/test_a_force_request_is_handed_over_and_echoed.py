"""``requested-at``: a fresh look-up, the value in the metadata, and its echo in the status, once each."""

from __future__ import annotations

from stoker.api import names
from stoker.errors import GitUnreachable
from tests.controller.house import URL, B, House


async def test_agents_are_told_and_the_status_echoes(resolved: House) -> None:
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    assert len(resolved.refs.asked) == 2
    assert resolved.metadata()["requestedAt"] == "r1"
    assert resolved.status().last_handled_requested_at == "r1"


async def test_it_is_handed_over_together_with_the_commit_that_answers_it(resolved: House) -> None:
    resolved.refs.takes = 5
    resolved.refs.push(URL, B)
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    assert resolved.metadata()["requestedAt"] == ""
    assert resolved.status().last_handled_requested_at == ""
    await resolved.advance(5)
    assert (resolved.metadata()["requestedAt"], resolved.metadata()["commit"]) == ("r1", B)


async def test_a_failed_look_up_is_an_answer_too(resolved: House) -> None:
    resolved.refs.errors[URL] = GitUnreachable("down")
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    assert resolved.words("RefResolved")[2] == "Ref resolution failed (retry in 30s): down"
    assert resolved.status().last_handled_requested_at == "r1"
    assert resolved.metadata()["requestedAt"] == ""


async def test_agents_still_get_it_once_the_server_is_back(resolved: House) -> None:
    resolved.refs.errors[URL] = GitUnreachable("down")
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    resolved.refs.errors.clear()
    await resolved.advance(30)
    assert resolved.metadata()["requestedAt"] == "r1"


async def test_an_old_failure_does_not_answer_a_new_request(resolved: House) -> None:
    resolved.refs.errors[URL] = GitUnreachable("down")
    await resolved.annotate({names.PUSHED_AT: "1"})
    resolved.refs.takes = 5
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    assert resolved.status().last_handled_requested_at == ""
    await resolved.advance(5)
    assert resolved.status().last_handled_requested_at == "r1"


async def test_the_second_of_two_is_handled_next(resolved: House) -> None:
    resolved.refs.takes = 5
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    await resolved.advance(1)
    await resolved.annotate({names.REQUESTED_AT: "r2"})
    await resolved.advance(11)
    assert resolved.metadata()["requestedAt"] == "r2"
    assert resolved.status().last_handled_requested_at == "r2"


async def test_invalid_profiles_let_it_wait(resolved: House) -> None:
    await resolved.edit(sync__profiles__default__mappings=[])
    await resolved.annotate({names.REQUESTED_AT: "r1"})
    assert resolved.status().last_handled_requested_at == ""
    await resolved.edit(sync__profiles__default__mappings=[{"source": "a", "destination": "a"}])
    assert resolved.status().last_handled_requested_at == "r1"


async def test_permission_to_delete_is_handed_over_without_a_look_up(resolved: House) -> None:
    await resolved.annotate({names.ALLOW_MASS_DELETE: B})
    assert resolved.metadata()["allowMassDelete"] == B
    await resolved.annotate({names.ALLOW_MASS_DELETE: None})
    assert resolved.metadata()["allowMassDelete"] == ""
    assert len(resolved.refs.asked) == 1
