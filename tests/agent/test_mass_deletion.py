"""A sync that would empty a plant is refused until a person names the commit; the permission is good for one sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import trio

from stoker.agent.profile import request
from stoker.api.handoff import Metadata
from stoker.sync.guard import ANNOTATION
from stoker.values import replace
from tests.agent.plant import PROFILE

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

MANY = {f"projects/line1/views/v{number}.json": "x" for number in range(40)}


@pytest.fixture
async def emptied(synced: Plant) -> Plant:
    """Forty views were live; the newest commit has none of them."""
    await synced.push(MANY)
    await trio.sleep(1)
    await synced.push(dict.fromkeys(MANY))
    await trio.sleep(1)
    return synced


async def test_it_is_refused_with_the_command_that_allows_it(autojump_clock: MockClock, emptied: Plant) -> None:
    assert emptied.live("projects/line1/views/v0.json") == "x"
    assert emptied.report.sync_status == "Error"
    commit = emptied.origin.hash_of("main")
    assert f"kubectl annotate gatewaysync -n plant line stoker.io/allow-mass-delete={commit}" in (
        emptied.report.error_message
    )


@pytest.mark.parametrize(
    ("by_manifests", "told"),
    [
        (False, f"kubectl annotate gatewaysync -n ot 'plant a' {ANNOTATION}=abc --overwrite"),
        (True, f"annotate GatewaySync ot/plant a in its manifest with {ANNOTATION}: abc"),
    ],
)
async def test_what_allows_it_is_told_in_the_words_of_where_the_agent_runs(
    plant: Plant, by_manifests: bool, told: str
) -> None:
    setup = replace(plant.setup(), namespace="ot", cr_name="plant a", by_manifests=by_manifests)
    asked = request(setup, Metadata("u", "abc", "main"), PROFILE, {}, cast("Any", None))
    assert asked.to_allow == told


async def test_a_force_request_does_not_lift_it(autojump_clock: MockClock, emptied: Plant) -> None:
    await emptied.want(requested_at="now")
    await trio.sleep(60)
    assert emptied.live("projects/line1/views/v0.json") == "x"


async def test_the_permission_is_a_trigger(autojump_clock: MockClock, emptied: Plant) -> None:
    await emptied.want(allow_mass_delete=emptied.origin.hash_of("main"))
    await trio.sleep(1)
    assert emptied.live("projects/line1/views/v0.json") is None
    assert emptied.report.sync_status == "Synced"


async def test_a_short_hash_is_refused_with_a_clear_error(autojump_clock: MockClock, emptied: Plant) -> None:
    commit = emptied.origin.hash_of("main") or ""
    await emptied.want(allow_mass_delete=commit[:10])
    await trio.sleep(1)
    assert "short hash" in emptied.report.error_message
    assert emptied.live("projects/line1/views/v0.json") == "x"


async def test_it_allows_one_sync(autojump_clock: MockClock, emptied: Plant) -> None:
    commit = emptied.origin.hash_of("main")
    await emptied.want(allow_mass_delete=commit)
    await trio.sleep(1)
    before = await emptied.push(MANY)
    await trio.sleep(1)
    assert emptied.live("projects/line1/views/v0.json") == "x"
    await emptied.want(commit)
    await trio.sleep(1)
    assert emptied.report.sync_status == "Error"
    assert emptied.report.synced_commit == before
