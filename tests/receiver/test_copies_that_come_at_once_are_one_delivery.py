"""A delivery that arrives twice before the first copy has been written is acted on once; when that fails, by the second."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import trio

from stoker.api.times import utcnow
from stoker.errors import ClusterUnreachable
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.events import EventRecorder
from stoker.kube.memory import MemoryCluster
from stoker.receiver.answers import Answer, Answerer
from stoker.receiver.backlog import Backlog
from stoker.receiver.nudge import Nudger
from stoker.receiver.picture import Picture
from stoker.receiver.said import Push

PUSH = Push("github", ("refs/heads/main",), ("https://github.com/plant/ignition",))


class SlowStore(MemoryCluster):
    """Every write takes a second; the first ``failures`` annotations fail."""

    failures = 0
    annotated = 0

    async def patch(self, kind: Any, namespace: str, name: str, body: Any, **more: Any) -> Any:
        await trio.sleep(1)
        if kind.plural == GATEWAYSYNCS.plural:
            if self.failures:
                self.failures -= 1
                raise ClusterUnreachable("down")
            self.annotated += 1
        return await super().patch(kind, namespace, name, body, **more)


@dataclass
class Desk:
    """An answerer over a slow store."""

    store: SlowStore = field(default_factory=SlowStore)
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        nudger = Nudger(self.store, Backlog(EventRecorder(self.store, "stoker-receiver")), utcnow, Picture(self.store))
        self.answerer = Answerer(self.store, nudger)

    async def deliver(self, *names: str) -> None:
        """All at once."""
        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(self._one, name)

    async def _one(self, name: str) -> None:
        self.answers.append(await self.answerer.answer(("default", "plant"), PUSH, name))


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    spec = {"git": {"repo": "https://github.com/plant/ignition.git", "ref": "main"}}
    await desk.store.create(GATEWAYSYNCS, "default", {"metadata": {"name": "plant"}, "spec": spec})
    return desk


async def test_two_copies_are_acted_on_once(autojump_clock: object, desk: Desk) -> None:
    await desk.deliver("one", "one", "one")
    assert desk.store.annotated == 1
    assert [answer.status for answer in desk.answers] == [202, 202, 202]
    assert [answer.body.get("message") for answer in desk.answers].count("delivery already handled") == 2


async def test_the_second_copy_acts_where_the_first_failed(autojump_clock: object, desk: Desk) -> None:
    desk.store.failures = 1
    await desk.deliver("one", "one")
    assert desk.store.annotated == 1
    assert sorted(answer.status for answer in desk.answers) == [202, 503]


async def test_others_do_not_wait_for_them(autojump_clock: object, desk: Desk) -> None:
    began = trio.current_time()
    await desk.deliver("one", "two", "", "")
    assert [answer.body["accepted"] for answer in desk.answers] == [True] * 4
    assert desk.store.annotated in {1, 2}  # one write serves all who came before it began
    assert trio.current_time() - began < 5


async def test_nothing_is_kept_of_what_is_done(autojump_clock: object, desk: Desk) -> None:
    await desk.deliver("one", "one", "two")
    assert desk.answerer.deliveries._in_hand == {}
