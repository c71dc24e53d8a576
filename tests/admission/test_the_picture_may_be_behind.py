"""Resources are known by watch, and nobody is refused by what the watch has not seen yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.admission.resources import Resources
from stoker.admission.wanted import RESOURCES
from stoker.api import names
from stoker.errors import ClusterUnreachable
from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.memory import MemoryCluster
from tests.admission.pods import pod
from tests.api.samples import FULL, LEAST

if TYPE_CHECKING:
    from trio.testing import MockClock

    from stoker.kube.cluster import Listing
    from tests.admission.conftest import Serve, Webhook

SPACE = "plant-a"
BODY = {"metadata": {"name": "plant"}, "spec": LEAST}


class Store(MemoryCluster):
    """Counts lists. ``deaf``: its watches hear nothing; ``blind``: it shows no picture of everything; ``silent``: no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: list[str] = []
        self.deaf = trio.Event()
        self.blind = False
        self.silent = False

    async def list(self, kind: Any, namespace: str = "", **how: Any) -> Listing[Any]:
        """Counted."""
        self.lists.append(namespace)
        await self._reach(namespace)
        return await super().list(kind, namespace, **how)

    async def watch(self, kind: Any, namespace: str = "", *, into: Any, **how: Any) -> None:
        """Hears nothing once it is deaf."""
        await self._reach(namespace)
        send, receive = trio.open_memory_channel[Any](100)

        async def pass_on() -> None:
            async for event in receive:
                if not self.deaf.is_set():
                    await into.send(event)

        async with into, trio.open_nursery() as nursery:
            nursery.start_soon(pass_on)
            async with send:
                await super().watch(kind, namespace, into=send, **how)

    async def _reach(self, namespace: str) -> None:
        if self.silent:
            await trio.sleep_forever()
        if self.blind and not namespace:
            raise ClusterUnreachable("the API server does not answer; is it up?")


async def settled(store: Store, served: Webhook) -> None:
    """Until a resource of another namespace is known by the picture; then nothing has been asked for."""
    await served.add("known", "probe")
    with trio.fail_after(20):
        while True:
            store.lists.clear()
            assert (await served.ask(namespace="probe")).injected
            if not store.lists:
                return


async def test_a_known_resource_costs_no_request(serving: Serve) -> None:
    store = Store()
    await store.create(GATEWAYSYNCS, SPACE, BODY)
    served = await serving(store)
    await settled(store, served)
    for _ in range(5):
        assert (await served.ask()).injected
    assert store.lists == []


async def test_a_resource_that_was_created_just_now_is_found(serving: Serve) -> None:
    store = Store()
    served = await serving(store)
    await settled(store, served)
    store.deaf.set()
    await store.create(GATEWAYSYNCS, SPACE, BODY)
    assert (await served.ask()).injected
    assert store.lists == [SPACE]


async def test_a_profile_that_was_added_just_now_is_found(serving: Serve) -> None:
    store = Store()
    await store.create(GATEWAYSYNCS, SPACE, BODY)
    served = await serving(store)
    await settled(store, served)
    store.deaf.set()
    added = {"profiles": {"blue": LEAST["sync"]["profiles"]["default"]}}
    await store.patch(GATEWAYSYNCS, SPACE, "plant", {"spec": {"sync": added}})
    assert (await served.ask(pod(annotations={names.PROFILE: "blue"}))).injected
    assert store.lists == [SPACE]


async def test_while_there_is_no_picture_the_server_is_asked(serving: Serve) -> None:
    store = Store()
    store.blind = True
    served = await serving(store)
    await served.add()
    assert (await served.ask()).injected
    assert SPACE in store.lists


async def test_a_picture_is_relied_upon_only_while_its_watch_is_good(autojump_clock: MockClock) -> None:
    store = Store()
    await store.create(GATEWAYSYNCS, SPACE, BODY)
    resources = Resources(store)
    async with trio.open_nursery() as nursery:
        assert resources.pictured(SPACE) is None
        await nursery.start(resources.run)
        await trio.sleep(1)
        assert [one.metadata.name for one in resources.pictured(SPACE) or ()] == ["plant"]
        assert resources.pictured("elsewhere") == ()
        store.blind = True
        store.end_watches()
        await trio.sleep(10)
        assert resources.pictured(SPACE) is None
        store.blind = False
        await trio.sleep(10)
        await store.delete(GATEWAYSYNCS, SPACE, "plant")
        await trio.sleep(1)
        assert resources.pictured(SPACE) == ()
        nursery.cancel_scope.cancel()


async def test_a_server_that_does_not_answer_is_given_up_in_time(autojump_clock: MockClock) -> None:
    store = Store()
    store.silent = True
    began = trio.current_time()
    with pytest.raises(trio.TooSlowError):
        await Resources(store).asked(SPACE)
    assert trio.current_time() - began < 10, "the webhook's timeout"


async def test_no_more_than_eight_ask_at_once(autojump_clock: MockClock) -> None:
    store = Store()
    store.silent = True
    resources = Resources(store)

    async def ask() -> None:
        with pytest.raises(trio.TooSlowError):
            await resources.asked(SPACE)

    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(ask)
    assert len(store.lists) == 8


async def test_only_what_is_read_is_kept() -> None:
    store = MemoryCluster()
    annotated = {"name": "plant", "annotations": {names.PUSHED_AT: "x"}}
    await store.create(GATEWAYSYNCS, SPACE, {"metadata": annotated, "spec": FULL})
    (kept,) = (await store.list(RESOURCES, SPACE)).items
    assert set(kept.spec) == {"git", "gateway", "agent", "paused", "sync"}
    assert (kept.spec["sync"], set(kept.spec["git"])) == ({"profiles": {"default": True}}, {"auth"})
    assert kept.metadata.annotations == {}
