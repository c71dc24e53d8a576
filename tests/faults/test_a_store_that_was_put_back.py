"""etcd is put back to a backup while managers and agents run on, as after a disaster: all heals by itself, nobody is restarted.

As Kubernetes asks for it, everything of the control plane is stopped first and started afterwards. A watch that is resumed from
a version that was undone is taken then, and silent; so each test also goes on long enough to see that the next push gets through.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.api import names
from tests.cluster.client import RefusedError
from tests.cluster.plane import APISERVER, CONTROLLERS, ETCD
from tests.faults import bodies
from tests.faults.world import CR, KEY, PODS, SPACE, World, running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.plane import Plane

BOUND = 45.0
"""Seconds: less than the minute after which an API server's bookmark would tell a watch that it went wrong."""
RESOURCES = f"/apis/{names.API_VERSION}/namespaces/{SPACE}/{names.PLURAL}"


def back_up(plane: Plane) -> None:
    """As a snapshot of the machine's disk would: of one instant."""
    plane.pause(ETCD)
    shutil.copytree(plane.directory / "etcd", plane.directory / "backup")
    plane.resume(ETCD)


def put_back(plane: Plane, *, others: int) -> None:
    """And then others write as much."""
    for part in (CONTROLLERS, APISERVER, ETCD):
        plane.kill(part)
    shutil.rmtree(plane.directory / "etcd")
    shutil.copytree(plane.directory / "backup", plane.directory / "etcd")
    for part in (ETCD, APISERVER, CONTROLLERS):
        plane.start(part)
    for number in range(others):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"of-others-{number}"}}
        plane.admin.create("/api/v1/namespaces/default/configmaps", body)


def of(plane: Plane, name: str) -> dict[str, Any] | None:
    """The status of a resource, None when it is not there."""
    try:
        return dict(plane.admin.get(f"{RESOURCES}/{name}").get("status", {}))
    except RefusedError as error:
        if error.code != 404:
            raise
        return None


def history_of(plane: Plane, pod: str) -> list[tuple[str, str]]:
    """What a gateway's history says: trigger and commit, newest last."""
    found = plane.admin.get(f"/api/v1/namespaces/{SPACE}/configmaps/{names.changes_configmap(CR)}")
    return [(entry["trigger"], entry["commit"]) for entry in json.loads(found.get("data", {}).get(pod, "[]"))]


async def until(holds: Callable[[], bool]) -> None:
    """Returns once it does: nobody tells of a cluster's objects here, so they are looked at."""
    while not await trio.to_thread.run_sync(holds):  # noqa: ASYNC110
        await trio.sleep(0.1)


async def add(world: World, name: str) -> None:
    """Another resource without gateways, resolved."""
    port = world.gateway_port
    made = bodies.resource(SPACE, name, repo=f"git://127.0.0.1:{world.git.port}/plant.git", port=port, key=KEY)
    await trio.to_thread.run_sync(lambda: world.plane.admin.apply(*made))
    await until(lambda: bool((of(world.plane, name) or {}).get("lastSyncCommit")))


async def pushed(world: World) -> str:
    """One commit more, live everywhere."""
    commit = world.commit()
    await world.push(commit)
    await world.synced(commit)
    return commit


@pytest.mark.timeout(300)
@pytest.mark.parametrize("others", [0, 200])
async def test_everything_goes_on_as_if_nothing_had_been(
    make_plane: Callable[..., Plane], tmp_path: Path, others: int
) -> None:
    plane = make_plane()
    async with running(plane, tmp_path) as world:
        with trio.fail_after(2 * BOUND):
            await pushed(world)
            await add(world, "deleted-since")
            await trio.to_thread.run_sync(back_up, plane)
            await pushed(world)
            await add(world, "made-since")
            await trio.to_thread.run_sync(plane.admin.delete, f"{RESOURCES}/deleted-since")
            await until(lambda: of(plane, "deleted-since") is None)
            commit = await pushed(world)
            await world.annotate("of-now")
            await world.synced(commit, handled="of-now")
            # A report comes first, and its history after a rest.
            await until(lambda: all(history_of(plane, pod)[-1:] == [("request", commit)] for pod in PODS))
        told = {pod: history_of(plane, pod) for pod in PODS}
        await trio.to_thread.run_sync(lambda: put_back(plane, others=others))
        with trio.fail_after(BOUND):
            await world.synced(commit)
            await until(lambda: {pod: history_of(plane, pod) for pod in PODS} == told)  # and no gateway went back
            await until(lambda: (of(plane, "deleted-since") or {}).get("lastSyncCommit") == commit)
        assert of(plane, "made-since") is None
        with trio.fail_after(BOUND):
            await pushed(world)
            await world.annotate("of-later")
            await until(lambda: (of(plane, CR) or {}).get("lastHandledRequestedAt") == "of-later")
            await add(world, "made-since")
        assert all(len(member.lives) == 1 for member in world.members.values())
