"""What is asked of the object store: nothing before a push that is news, one look where the picture may be a moment old."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from stoker.api.times import utcnow
from stoker.errors import ClusterUnreachable
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.events import EventRecorder
from stoker.kube.memory import MemoryCluster
from stoker.receiver.answers import Answerer
from stoker.receiver.backlog import Backlog
from stoker.receiver.nudge import Nudger
from stoker.receiver.picture import FOLLOWERS, Picture
from stoker.receiver.said import Ignored, Push, Retarget

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from stoker.receiver.answers import Answer
    from stoker.receiver.said import Said

REPOSITORY = "https://github.com/plant/ignition"
MAIN = Push("github", ("refs/heads/main",), (REPOSITORY,))


class Asked(MemoryCluster):
    """Notes what is asked; ``deaf``: watches break at once, and lists of namespaces that are not allowed fail."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.deaf = False
        self.allowed: set[str] | None = None

    async def get(self, kind: Any, namespace: str, name: str) -> Any:
        self.asked.append(f"get {namespace}/{name}")
        return await super().get(kind, namespace, name)

    async def list(self, kind: Any, namespace: str = "", **more: Any) -> Any:
        assert self.allowed is None or namespace in self.allowed
        self.asked.append(f"list {namespace}")
        return await super().list(kind, namespace, **more)

    async def watch(self, kind: Any, namespace: str = "", **more: Any) -> None:
        if self.deaf:
            raise ClusterUnreachable("down")
        await super().watch(kind, namespace, **more)


@dataclass
class Desk:
    """An answerer over ``store``."""

    store: Asked = field(default_factory=Asked)
    namespaces: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.picture = Picture(self.store, self.namespaces)
        events = Backlog(EventRecorder(self.store, "stoker-receiver"))
        self.answerer = Answerer(self.store, Nudger(self.store, events, utcnow, self.picture))

    async def add(self, name: str = "plant", namespace: str = "default") -> None:
        spec = {"git": {"repo": REPOSITORY, "ref": "main"}, "gateway": {"port": 8088}}
        await self.store.create(GATEWAYSYNCS, namespace, {"metadata": {"name": name}, "spec": spec})

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """With the picture complete, and what it asked for that forgotten."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.picture.run)
            await trio.testing.wait_all_tasks_blocked()
            self.store.asked.clear()
            yield
            nursery.cancel_scope.cancel()

    async def say(self, said: Any, *route: str) -> Answer:
        return await self.answerer.answer(route or ("default", "plant"), said, "")


async def seen(holds: Callable[[], object]) -> None:
    """The watch has brought what makes it hold."""
    with trio.fail_after(10):
        while not holds():  # noqa: ASYNC110 - a picture has no event
            await trio.testing.wait_all_tasks_blocked()


async def test_a_push_that_is_news_is_one_write_and_no_read() -> None:
    desk = Desk()
    await desk.add()
    async with desk.watching():
        assert (await desk.say(MAIN)).body["resources"] == ["default/plant"]
        assert (await desk.say(Ignored("github", "x was deleted"))).status == 202
    assert desk.store.asked == []
    assert "stoker.io/pushed-at" in (await desk.store.get(GATEWAYSYNCS, "default", "plant")).metadata.annotations


@pytest.mark.parametrize("said", [Push("github", ("refs/heads/next",)), Retarget("generic", "v1")])
async def test_a_push_that_is_none_and_an_order_are_compared_with_what_the_store_says(said: Said) -> None:
    desk = Desk()
    await desk.add()
    async with desk.watching():
        await desk.say(said)
    assert desk.store.asked == ["get default/plant"]


async def test_a_ref_that_was_changed_a_moment_ago_is_followed_before_the_picture_has_it() -> None:
    desk = Desk()
    await desk.add()
    async with desk.watching():
        await desk.store.patch(GATEWAYSYNCS, "default", "plant", {"spec": {"git": {"ref": "next"}}})
        assert (await desk.say(Push("github", ("refs/heads/next",)))).body["accepted"]
        await seen(lambda: (found := desk.picture.get("default", "plant")) and found.spec["git"]["ref"] == "next")
        assert not (await desk.say(MAIN)).body["accepted"]


async def test_after_our_own_order_the_old_ref_is_no_news_at_once() -> None:
    desk = Desk()
    await desk.add()
    async with desk.watching():
        assert (await desk.say(Retarget("generic", "v1"))).body["accepted"]
        assert not (await desk.say(MAIN)).body["accepted"]
        assert (await desk.say(MAIN, "default")).body["passedOver"] == {
            "default/plant": "pushed refs/heads/main, but 'v1' is in effect"
        }
        await seen(lambda: desk.picture.get("default", "plant"))
        desk.store.asked.clear()
        assert (await desk.say(Push("github", ("refs/tags/v1",)))).body["accepted"]
    assert desk.store.asked == []


async def test_an_order_that_was_undone_with_the_whole_store_is_waited_for_no_more() -> None:
    desk = Desk()
    await desk.add()
    async with desk.watching():
        backup = desk.store.snapshot()
        order = {"metadata": {"annotations": {"stoker.io/requested-ref": "v1"}}}
        desk.picture.ordered(await desk.store.patch(FOLLOWERS, "default", "plant", order))
        desk.store.put_back(backup)
        assert desk.picture.get("default", "plant") is None, "only the server can tell"
        await seen(lambda: desk.picture.get("default", "plant"))
        assert (await desk.say(MAIN)).body["accepted"]


async def test_what_is_not_in_the_picture_is_asked_for() -> None:
    desk = Desk()
    async with desk.watching():
        assert (await desk.say(MAIN)).status == 404
        await desk.add()
        assert (await desk.say(MAIN)).status == 202


@pytest.mark.parametrize("route", [(), ("default",)])
async def test_a_fleets_push_lists_nothing(route: tuple[str, ...]) -> None:
    desk = Desk()
    for name in ("plant", "other"):
        await desk.add(name)
    async with desk.watching():
        answer = await desk.answerer.answer(route, MAIN, "")
    assert answer.body["resources"] == ["default/other", "default/plant"]
    assert desk.store.asked == []


async def test_while_the_watch_is_broken_a_fleet_is_listed() -> None:
    desk = Desk()
    desk.store.deaf = True
    async with desk.watching():
        await desk.add()
        assert (await desk.answerer.answer((), MAIN, "")).body["resources"] == ["default/plant"]


@pytest.mark.parametrize("watching", [True, False])
async def test_a_manager_of_some_namespaces_looks_in_no_other(watching: bool) -> None:
    desk = Desk(namespaces=("north", "south"))
    desk.store.allowed = {"north", "south"}
    desk.store.deaf = not watching
    for namespace in ("north", "south", "default"):
        await desk.add(namespace=namespace)
    async with desk.watching():
        everywhere = await desk.answerer.answer((), MAIN, "")
        elsewhere = await desk.answerer.answer(("default",), MAIN, "")
    assert everywhere.body["resources"] == ["north/plant", "south/plant"]
    assert (elsewhere.body["accepted"], elsewhere.body["resources"]) == (False, [])


@pytest.mark.parametrize("said", [MAIN, Retarget("generic", "v1"), Ignored("github", "x was deleted")])
async def test_and_to_a_resource_of_another_it_says_and_does_nothing(said: Said) -> None:
    desk = Desk(namespaces=("north", "south"))
    await desk.add()
    async with desk.watching():
        answer = await desk.say(said)
    assert (answer.status, answer.body) == (404, {"error": "not found: there is no GatewaySync default/plant"})
    assert desk.store.asked == []


async def test_of_a_resource_only_what_a_push_is_compared_with_is_kept() -> None:
    desk = Desk()
    await desk.add()
    await desk.store.patch(GATEWAYSYNCS, "default", "plant", {"metadata": {"annotations": {"note": "x" * 1000}}})
    kept = FOLLOWERS.trim(await desk.store.get(GATEWAYSYNCS, "default", "plant"))
    assert kept.spec == {"git": {"repo": REPOSITORY, "ref": "main"}}
    assert kept.metadata.annotations == {}
