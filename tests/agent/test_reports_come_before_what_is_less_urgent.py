"""History and events let the API server breathe after a report: for a multiple of what the report took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.agent.publish import REST
from stoker.nursery.rest import TIMES
from tests.agent.trouble import TroubledCluster

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"
SLOW = 0.3


@pytest.fixture
async def slow(plant: Plant) -> Plant:
    """One that runs, before an API server that takes its time for writes."""
    plant.through = troubled = TroubledCluster(plant.cluster)
    plant.gateway.start()
    await plant.run()
    troubled.takes, troubled.verbs = SLOW, {"patch", "create"}
    return plant


def told(plant: Plant, commit: str) -> tuple[bool, bool, bool]:
    """Whether report, history and event name it."""
    event = any(commit[:7] in event.message for event in plant.events)
    return plant.report.synced_commit == commit, any(one.commit == commit for one in plant.history), event


async def test_the_slower_it_is_the_longer_they_wait(autojump_clock: MockClock, slow: Plant) -> None:
    commit = await slow.push({PATH: "new"})
    await trio.sleep(SLOW + TIMES * SLOW)
    assert told(slow, commit) == (True, False, False)
    await trio.sleep(3 * SLOW)
    assert told(slow, commit) == (True, True, True)


async def test_what_is_new_meanwhile_ends_the_rest(autojump_clock: MockClock, slow: Plant) -> None:
    first = await slow.push({PATH: "new"})
    await trio.sleep(2 * SLOW)
    assert told(slow, first) == (True, False, False)
    second = await slow.push({PATH: "newer"})
    await trio.sleep(4 * SLOW)
    assert told(slow, second)[0]
    await trio.sleep(SLOW + REST.longest + 3 * SLOW)
    assert told(slow, first)[1:] == told(slow, second)[1:] == (True, True)
