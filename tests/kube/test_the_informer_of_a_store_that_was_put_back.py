"""An API server's store that was put back to a backup: the picture becomes that of the backup, and says so once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog
import trio
import trio.testing

from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.informer import Informer
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trio.testing import MockClock

    from stoker.api.objects import ConfigMap


class Seen:
    """An informer over ``cluster``; ``relisted``: when it listed everything again."""

    def __init__(self) -> None:
        self.cluster = MemoryCluster()
        self.relisted: list[float] = []
        self.told: list[str] = []
        self.informer: Informer[ConfigMap] = Informer(
            self.cluster,
            CONFIGMAPS,
            "here",
            on_change=self._tell,
            on_relisted=lambda _, asked_at: self.relisted.append(asked_at),
        )

    def _tell(self, _old: ConfigMap | None, new: ConfigMap | None) -> None:
        self.told.append(new.data["k"] if new is not None else "gone")

    async def put(self, value: str, name: str = "a", namespace: str = "here") -> None:
        body = {"metadata": {"name": name}, "data": {"k": value}}
        if self.cluster.peek(CONFIGMAPS, namespace, name) is None:
            await self.cluster.create(CONFIGMAPS, namespace, body)
        else:
            await self.cluster.patch(CONFIGMAPS, namespace, name, body)
        await trio.testing.wait_all_tasks_blocked()


@pytest.fixture
async def seen(nursery: trio.Nursery) -> Seen:
    seen = Seen()
    await nursery.start(seen.informer.run)
    await seen.put("1")
    return seen


async def busy(seen: Seen) -> None:
    """Others write until the versions have caught up with those of before."""
    for number in range(20):
        await seen.put("x", f"of-others-{number}", "elsewhere")


async def of_that_object(seen: Seen) -> None:
    """The number of a version that was undone is given to another content."""
    await seen.put("other")


async def nobody(_seen: Seen) -> None:
    """Nothing was written since."""


@pytest.mark.parametrize(
    ("since", "shows"), [(nobody, "1"), (busy, "1"), (of_that_object, "other")], ids=["quiet", "busy", "same-number"]
)
async def test_what_was_undone_is_known_no_more(
    autojump_clock: MockClock, seen: Seen, since: Callable[[Seen], Awaitable[None]], shows: str
) -> None:
    backup = seen.cluster.snapshot()
    await seen.put("undone")
    seen.cluster.put_back(backup)
    await since(seen)
    await trio.sleep(5)
    assert [item.data["k"] for item in seen.informer.items()] == [shows]
    assert seen.told == ["1", "undone", shows]
    assert len(seen.relisted) == 1


async def test_and_what_happens_from_then_on_is_seen(autojump_clock: MockClock, seen: Seen) -> None:
    backup = seen.cluster.snapshot()
    await seen.put("undone")
    seen.cluster.put_back(backup)
    await trio.sleep(5)
    await seen.put("later")
    assert seen.told[-1] == "later"


async def test_people_are_told(autojump_clock: MockClock, seen: Seen) -> None:
    backup = seen.cluster.snapshot()
    await seen.put("undone")
    with structlog.testing.capture_logs() as logs:
        seen.cluster.put_back(backup)
        await trio.sleep(300)
    assert [line["log_level"] for line in logs if line["event"] == "store_put_back"] == ["warning"]


async def test_a_server_that_was_away_and_forgot_nothing_is_not_accused(autojump_clock: MockClock, seen: Seen) -> None:
    with structlog.testing.capture_logs() as logs:
        seen.cluster.break_watches()
        await trio.sleep(5)
    assert len(seen.relisted) == 1
    assert [line["event"] for line in logs] == ["watch_interrupted"]
    assert seen.told == ["1"]
