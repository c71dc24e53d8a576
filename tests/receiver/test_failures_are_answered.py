"""When the store fails the sender may try again; when it never will work, it is told so; a fault of ours is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

from stoker.api.times import utcnow
from stoker.errors import ClusterUnreachable, ObjectNotFound
from stoker.kube.cluster import GATEWAYSYNCS, Kind
from stoker.kube.events import EventRecorder
from stoker.kube.faults import Faults
from stoker.kube.memory import MemoryCluster
from stoker.receiver.answers import Answerer
from stoker.receiver.backlog import Backlog
from stoker.receiver.nudge import Nudger
from stoker.receiver.picture import Picture
from stoker.receiver.said import Push
from tests.receiver.conftest import Serve, Served, pushed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trio.testing import MockClock

REPOSITORY = ("https://github.com/plant/ignition",)


class Moody(MemoryCluster):
    """Writes to resources whose name it dislikes fail with ``failure``."""

    def __init__(self, dislikes: str, failure: Exception) -> None:
        super().__init__()
        self.dislikes = dislikes
        self.failure = failure

    async def patch(self, kind: Kind[Any], namespace: str, name: str, body: Mapping[str, Any], **more: Any) -> Any:
        if name == self.dislikes:
            raise self.failure
        return await super().patch(kind, namespace, name, body, **more)


async def add(cluster: MemoryCluster, *resources: str) -> None:
    for name in resources:
        spec = {"git": {"repo": REPOSITORY[0], "ref": "main"}}
        await cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": name}, "spec": spec})


def answerer(cluster: MemoryCluster) -> Answerer:
    return Answerer(cluster, Nudger(cluster, Backlog(EventRecorder(cluster, "test")), utcnow, Picture(cluster)))


async def test_a_store_that_fails_is_503_and_the_same_delivery_counts_once_it_is_well(serving: Serve) -> None:
    faults = Faults()
    served = await serving(faults=faults)
    await served.add()
    faults.lost = 1.0
    answer = await served.push(pushed(), delivery="one")
    assert answer.status_code == 503
    assert answer.json()["error"].endswith("send it again")
    faults.lost = 0.0
    assert (await served.push(pushed(), delivery="one")).json()["accepted"] is True
    assert (served.counted("github", 503), served.counted("github", 202)) == (1, 1)


async def test_a_store_that_hangs_is_503_before_the_sender_gives_up(autojump_clock: MockClock) -> None:
    cluster = MemoryCluster()
    await add(cluster, "plant")
    slow = MemoryCluster(faults=Faults(stall=1.0, stall_seconds=3600))
    with trio.fail_after(9.9):
        answer = await answerer(slow).answer(("default", "plant"), Push("github", ("main",)), "one")
    assert answer.status == 503
    assert "send it again" in answer.body["error"]


async def test_what_is_written_after_the_sender_gave_up_counts(receiver: Served, monkeypatch: Any) -> None:
    begun, go_on, written, patch = trio.Event(), trio.Event(), trio.Event(), receiver.cluster.patch

    async def slow(*arguments: Any, **more: Any) -> Any:
        begun.set()
        await go_on.wait()
        await patch(*arguments, **more)
        written.set()

    monkeypatch.setattr(receiver.cluster, "patch", slow)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(receiver.push, pushed())
        await begun.wait()
        nursery.cancel_scope.cancel()
    go_on.set()
    with trio.fail_after(10):
        await written.wait()
    assert "pushed-at" in await receiver.annotations()


async def test_a_write_that_can_never_work_is_422_without_an_invitation(receiver: Served) -> None:
    spec = {"git": {"repo": "https://h/r", "ref": "main"}, "padding": "x" * (1536 * 1024 - 700)}
    await receiver.cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": "huge"}, "spec": spec})
    answer = await receiver.order("v1" * 200, "/webhook/default/huge")
    assert answer.status_code == 422
    assert "1.5 MiB" in answer.json()["error"]
    assert "again" not in answer.json()["error"]


async def test_what_would_not_outlive_the_process_is_503_and_the_same_delivery_counts_once_it_is_kept() -> None:
    cluster = MemoryCluster()
    await add(cluster, "plant")
    full = True
    desk = Answerer(
        cluster,
        Nudger(cluster, Backlog(EventRecorder(cluster, "test")), utcnow, Picture(cluster)),
        kept=lambda: not full,
    )
    answer = await desk.answer(("default", "plant"), Push("github", ("main",)), "one")
    assert answer.status == 503
    assert answer.body["error"].endswith("send it again")
    full = False
    answer = await desk.answer(("default", "plant"), Push("github", ("main",)), "one")
    assert answer.body == {"accepted": True, "ref": "main", "resources": ["default/plant"]}


async def test_one_failing_resource_of_a_fleet_is_named_and_the_delivery_may_come_again() -> None:
    cluster = Moody("b", ClusterUnreachable("the store is away"))
    await add(cluster, "a", "b", "c")
    desk = answerer(cluster)
    said = Push("github", ("refs/heads/main",), REPOSITORY)
    answer = await desk.answer((), said, "one")
    assert answer.status == 503
    assert answer.body["resources"] == ["default/a", "default/c"]
    assert answer.body["failed"] == {"default/b": "the store is away"}
    cluster.dislikes = ""
    again = await desk.answer((), said, "one")
    assert (again.status, again.body["resources"]) == (202, ["default/a", "default/b", "default/c"])


async def test_a_fault_of_our_own_is_500_counted_and_logged_with_its_traceback(
    receiver: Served, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    receiver.cluster.on_change = _crash
    answer = await receiver.push(pushed())
    assert answer.status_code == 500
    assert receiver.counted("unknown", 500) == 1
    (line,) = [line for line in logged() if line["level"] == "error"]
    assert line["event"] == "webhook_crashed"
    assert "a bug" in line["exception"]


def _crash(*_arguments: object) -> None:
    raise ZeroDivisionError("a bug")


async def test_a_resource_deleted_meanwhile_is_passed_over() -> None:
    cluster = Moody("other", ObjectNotFound("other not found"))
    await add(cluster, "other", "plant")
    answer = await answerer(cluster).answer((), Push("github", ("refs/heads/main",), REPOSITORY), "one")
    assert answer.status == 202
    assert answer.body["resources"] == ["default/plant"]
    assert answer.body["passedOver"] == {"default/other": "deleted meanwhile"}
