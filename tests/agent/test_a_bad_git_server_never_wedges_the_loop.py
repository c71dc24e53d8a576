"""A git server that hangs costs its deadline: then the error is told, the next commit served, a stop not held up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

import trio

from stoker.errors import GitTimeout
from stoker.git.fetch import StorePool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trio.testing import MockClock

    from tests.agent.plant import Plant

T = TypeVar("T")
PATH = "projects/line1/project.json"


class Hanging:
    """An offload whose calls hang until their deadline while ``hangs``: what a silent server looks like from here."""

    def __init__(self) -> None:
        self.hangs = False

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """One call."""
        if self.hangs:
            await trio.sleep(deadline)
            raise GitTimeout(f"{what}: no answer within {deadline:g} s")
        return work(threading.Event())


async def _with(plant: Plant, folder: Path) -> Hanging:
    offload = Hanging()
    plant.stores = StorePool(folder / "other", offload=offload)
    plant.gateway.start()
    plant.agent = await plant.run()
    plant.gateway.scans.clear()
    offload.hangs = True
    return offload


async def test_it_is_told_after_the_deadline_and_the_next_commit_is_served(
    autojump_clock: MockClock, plant: Plant, tmp_path: Path
) -> None:
    offload = await _with(plant, tmp_path)
    await plant.push({PATH: "new"})
    await trio.sleep(601)
    assert plant.report.sync_status == "Error"
    assert "no answer within 600 s" in plant.report.error_message
    offload.hangs = False
    await plant.push({PATH: "newer"})
    await trio.sleep(1)
    assert (plant.live(), plant.report.sync_status) == ("newer", "Synced")


async def test_a_debt_is_paid_after_the_deadline(autojump_clock: MockClock, plant: Plant, tmp_path: Path) -> None:
    offload = await _with(plant, tmp_path)
    offload.hangs = False
    plant.gateway.scan = 500
    await plant.push({PATH: "new"})
    await trio.sleep(2)
    offload.hangs, plant.gateway.scan, plant.gateway.scans = True, 200, []
    await plant.push({PATH: "newer"})
    await trio.sleep(601)
    assert plant.gateway.both == 1


async def test_a_stop_waits_for_no_git_server(autojump_clock: MockClock, plant: Plant, tmp_path: Path) -> None:
    await _with(plant, tmp_path)
    await plant.push({PATH: "new"})
    await trio.sleep(10)
    began = trio.current_time()
    await plant.agent.stop()
    assert trio.current_time() == began


async def test_the_loop_counts_as_alive_meanwhile(autojump_clock: MockClock, plant: Plant, tmp_path: Path) -> None:
    await _with(plant, tmp_path)
    await plant.push({PATH: "new"})
    await trio.sleep(590)
    assert plant.agent.health.live() == {}
