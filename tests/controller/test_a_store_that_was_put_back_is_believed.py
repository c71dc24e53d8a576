"""An API server whose store was put back to an earlier state: what a list shows counts, not the later state that was known.

Also where others have written so much since that the versions have caught up with those of before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.api import names
from stoker.kube.cluster import CONFIGMAPS
from tests.controller.house import URL, B, C

if TYPE_CHECKING:
    from stoker.kube.memory.adapter import Objects
    from tests.controller.house import House

others = pytest.mark.parametrize("others", [0, 100])


async def put_back(house: House, backup: Objects, *, others: int = 0) -> None:
    """It is as it was, but for what others have written since; a moment later."""
    house.cluster.put_back(backup)
    for number in range(others):
        await house.cluster.create(CONFIGMAPS, "elsewhere", {"metadata": {"name": f"of-others-{number}"}})
    await house.advance(5)


async def pushed(house: House, commit: str, moment: str) -> None:
    house.refs.push(URL, commit)
    await house.annotate({names.PUSHED_AT: moment})


@others
async def test_agents_are_told_again_what_they_are_to_fetch(resolved: House, others: int) -> None:
    backup = resolved.cluster.snapshot()
    await pushed(resolved, B, "1")
    await put_back(resolved, backup, others=others)
    assert resolved.metadata()["commit"] == B
    assert resolved.status().last_sync_commit == B


@others
async def test_a_status_of_then_is_written_anew(resolved: House, others: int) -> None:
    pod = await resolved.pod("gw-0")
    backup = resolved.cluster.snapshot()
    await resolved.report(pod)
    assert resolved.words("Ready")[0] == "True"
    await put_back(resolved, backup, others=others)
    assert resolved.words("Ready")[0] == "False"
    await resolved.report(pod)
    assert resolved.words("Ready")[0] == "True"


@others
async def test_the_next_push_is_acted_upon(resolved: House, others: int) -> None:
    backup = resolved.cluster.snapshot()
    await pushed(resolved, B, "1")
    await put_back(resolved, backup, others=others)
    await pushed(resolved, C, "2")
    await resolved.advance(5)
    assert resolved.metadata()["commit"] == C


@others
async def test_a_map_that_is_back_is_kept_again(resolved: House, others: int) -> None:
    backup = resolved.cluster.snapshot()
    await resolved.edit(git__ref="other")
    await resolved.cluster.patch(CONFIGMAPS, "plant", "stoker-metadata-main", {"metadata": {"labels": None}})
    await put_back(resolved, backup, others=others)
    await resolved.edit(sync__profiles__default__paused=True)
    assert '"paused":true' in resolved.metadata()["profiles"].replace(" ", "")


@others
async def test_afterwards_nothing_is_written_while_nothing_changes(resolved: House, others: int) -> None:
    backup = resolved.cluster.snapshot()
    await pushed(resolved, B, "1")
    await put_back(resolved, backup, others=others)
    writes = resolved.cluster.writes
    await resolved.advance(3600)
    assert resolved.cluster.writes == writes
