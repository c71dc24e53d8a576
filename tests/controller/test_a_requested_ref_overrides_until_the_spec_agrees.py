"""``requested-ref`` is in effect until spec.git.ref names the same; then it goes, if it still is what was compared."""

from __future__ import annotations

import pytest

from stoker.api import names
from stoker.controller.outcome import Memory, Pass
from stoker.controller.steps import retarget
from stoker.controller.steps.profiles import validate
from stoker.errors import Conflict
from tests.controller.house import NS, URL, A, B, C, House


@pytest.fixture
async def retargeted(resolved: House) -> House:
    """Told to follow v2, a tag at B."""
    resolved.refs.push(URL, B, "refs/tags/v2")
    await resolved.annotate({names.REQUESTED_REF: "v2", names.REQUESTED_AT: "r1", names.REQUESTED_BY: "github"})
    return resolved


def requested(house: House) -> str | None:
    return house.seen().metadata.annotations.get(names.REQUESTED_REF)


async def test_it_is_followed(retargeted: House) -> None:
    assert (retargeted.metadata()["ref"], retargeted.metadata()["commit"]) == ("v2", B)
    assert (retargeted.status().last_sync_ref, retargeted.status().last_sync_commit) == ("v2", B)


async def test_it_stays_while_the_spec_names_another(retargeted: House) -> None:
    await retargeted.edit(git__ref="other")
    await retargeted.advance(300)
    assert requested(retargeted) == "v2"
    assert retargeted.metadata()["commit"] == B


@pytest.mark.parametrize("ref", ["v2", "2", "refs/tags/v2", "refs/heads/2"])
async def test_it_goes_once_the_spec_agrees(retargeted: House, ref: str) -> None:
    retargeted.refs.push(URL, B, "refs/tags/2")
    retargeted.refs.push(URL, B, "refs/heads/2")
    await retargeted.edit(git__ref=ref)
    assert requested(retargeted) is None
    assert retargeted.metadata()["ref"] == ref
    assert retargeted.status().last_sync_ref == ref


async def test_where_it_names_nothing_it_is_told_apart_from_the_spec(resolved: House) -> None:
    await resolved.annotate({names.REQUESTED_REF: "v9"})
    assert (
        "no branch or tag 'v9'; push it or correct the annotation stoker.io/requested-ref"
        in resolved.condition("RefResolved").message
    )
    await resolved.annotate({names.REQUESTED_REF: None})
    await resolved.edit(git__ref="v8")
    assert "no branch or tag 'v8'; push it or correct spec.git.ref" in resolved.condition("RefResolved").message


async def test_it_goes_with_polling_off_too(house: House) -> None:
    house.refs.push(URL, B, "refs/tags/v2")
    await house.resource(polling__enabled=False)
    await house.annotate({names.REQUESTED_REF: "v2"})
    await house.edit(git__ref="v2")
    assert requested(house) is None
    assert house.status().last_sync_commit == B


async def test_changed_without_a_token_it_asks_afresh_and_forces_nobody(resolved: House) -> None:
    resolved.refs.push(URL, B, "refs/tags/v2")
    await resolved.annotate({names.REQUESTED_REF: "v2"})
    assert resolved.metadata()["commit"] == B
    assert resolved.metadata()["requestedAt"] == ""


async def test_removed_by_hand_the_specs_own_ref_is_back(retargeted: House) -> None:
    await retargeted.annotate({names.REQUESTED_REF: None})
    assert (retargeted.metadata()["ref"], retargeted.metadata()["commit"]) == ("main", A)


async def test_a_value_written_meanwhile_stays(retargeted: House) -> None:
    await retargeted.edit(git__ref="v2", settle=False)
    stale = retargeted.seen()
    await retargeted.annotate({names.REQUESTED_REF: "v3"}, settle=False)
    this = Pass(stale, Memory())
    validate(this)
    await retarget.settle(this, retargeted.cluster)
    assert requested(retargeted) == "v3"


async def test_the_removal_is_conditional_on_the_version_read(retargeted: House) -> None:
    """Between the last reading and the removal, too: the store itself refuses."""
    await retargeted.edit(git__ref="v2", settle=False)
    this = Pass(retargeted.seen(), Memory())
    validate(this)

    class Racing:
        """Another writer comes between reading and writing."""

        async def get(self, *place: object) -> object:
            found = retargeted.seen()
            await retargeted.annotate({names.REQUESTED_REF: "v3"}, settle=False)
            return found

        patch = staticmethod(retargeted.cluster.patch)

    with pytest.raises(Conflict):
        await retarget.settle(this, Racing())  # type: ignore[arg-type]
    assert requested(retargeted) == "v3"


async def test_it_stays_while_the_spec_cannot_be_read(retargeted: House) -> None:
    before = retargeted.value("reconcile_total", result="success")
    await retargeted.edit(git__ref="v2", sync__profiles__default__mappings=[])
    await retargeted.advance(300)
    assert requested(retargeted) == "v2"
    assert retargeted.condition("ProfilesValid").status == "False"
    assert retargeted.value("reconcile_total", result="error") == 1, "told, and no crash that is tried again"
    assert retargeted.value("reconcile_total", result="success") == before


async def test_a_full_hash_is_taken_as_it_is(resolved: House) -> None:
    await resolved.annotate({names.REQUESTED_REF: C})
    assert resolved.metadata()["commit"] == C
    assert len(resolved.refs.asked) == 1
    assert resolved.seen(namespace=NS).status.last_sync_ref == C
