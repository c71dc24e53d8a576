"""Here many repositories share a process: each has a git thread of its own, and one that hangs is named to the probe."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from stoker.errors import GitBusy, GitTimeout
from stoker.git.threads import STUCK_SECONDS, ThreadPerRepository

if TYPE_CHECKING:
    from trio.testing import MockClock


async def _hang(threads: ThreadPerRepository, release: threading.Event) -> None:
    with pytest.raises(GitTimeout):
        await threads(lambda _: release.wait(60), deadline=1, what="dead")


async def test_another_repository_goes_on(mock_clock: MockClock) -> None:
    threads, release = ThreadPerRepository(), threading.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_hang, threads, release)
        await wait_all_tasks_blocked()
        mock_clock.jump(2)
    with pytest.raises(GitBusy):
        await threads(lambda _: "never", deadline=60, what="dead")
    assert await threads(lambda _: "done", deadline=60, what="alive") == "done"
    release.set()


async def test_a_call_that_hangs_for_ten_minutes_is_named_until_it_ends(mock_clock: MockClock) -> None:
    threads, release = ThreadPerRepository(), threading.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_hang, threads, release)
        await wait_all_tasks_blocked()
        mock_clock.jump(2)
    assert threads.stuck == ""
    mock_clock.jump(STUCK_SECONDS + 1)
    assert threads.stuck == "dead"
    release.set()
    ended: list[str] = []
    while not ended:
        with suppress(GitBusy):
            ended.append(await threads(lambda _: "over", deadline=60, what="dead"))
    assert threads.stuck == ""
