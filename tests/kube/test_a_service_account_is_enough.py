"""As a pod's service account on a real API server: the chart's roles, refusals with the command that mends them, tokens
that come to an end."""

from __future__ import annotations

import re
import shlex
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import Forbidden, ObjectNotFound, Unauthorized
from stoker.kube.cluster import CONFIGMAPS, EVENTS, GATEWAYSYNCS, PODS, SECRETS, Kind
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.kube.informer import Informer
from tests.cluster import accounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.cluster.kubectl import Kubectl
    from tests.cluster.plane import Plane

    Connect = Callable[[str], Any]


@pytest.fixture
def connect(plane: Plane, tmp_path: Path) -> Connect:
    """``async with connect(token) as cluster``, with the files that a pod has."""

    @asynccontextmanager
    async def connected(token: str) -> AsyncIterator[HttpCluster]:
        (tmp_path / "ca.crt").write_bytes(plane.ca.read_bytes())
        (tmp_path / "token").write_text(token)
        env = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(plane.port)}
        async with HttpCluster(await find_access(env, mounted=tmp_path)) as cluster:
            yield cluster

    return connected


async def until_refused(attempt: Callable[[], Awaitable[Any]]) -> None:
    """The server's caches learn of a deletion a moment later."""
    with trio.fail_after(30):
        while True:
            await attempt()
            await trio.sleep(0.1)


async def test_an_agent_s_role_lets_it_do_its_work_and_nothing_else(
    plane: Plane, namespace: str, connect: Connect
) -> None:
    where = f"/api/v1/namespaces/{namespace}/configmaps"
    plane.admin.create(where, {"metadata": {"name": "stoker-status-a"}})
    async with connect(accounts.agent_token(plane, namespace)) as cluster:
        await cluster.patch(CONFIGMAPS, namespace, "stoker-status-a", {"data": {"gw": "{}"}})
        assert (await cluster.get(CONFIGMAPS, namespace, "stoker-status-a")).data == {"gw": "{}"}
        for refused in (
            partial(cluster.get, SECRETS, namespace, "git"),
            partial(cluster.list, PODS, namespace),
            partial(cluster.create, CONFIGMAPS, namespace, {"metadata": {"name": "b"}}),
            partial(cluster.delete, CONFIGMAPS, namespace, "stoker-status-a"),
            partial(cluster.patch, GATEWAYSYNCS, namespace, "a", {"spec": {"paused": True}}),
            partial(cluster.list, EVENTS, namespace),
        ):
            with pytest.raises(Forbidden, match="403"):
                await refused()


@pytest.mark.parametrize(
    ("kind", "verb", "subresource"),
    [(PODS, "list", ""), (CONFIGMAPS, "patch", ""), (GATEWAYSYNCS, "patch", "status"), (SECRETS, "get", "")],
    ids=str,
)
async def test_the_command_in_a_refusal_mends_it(
    plane: Plane, namespace: str, connect: Connect, kubectl: Kubectl, kind: Kind[Any], verb: str, subresource: Any
) -> None:
    async with connect(accounts.token_for(plane, namespace, "gateway")) as cluster:

        async def attempt() -> None:
            if verb == "list":
                await cluster.list(kind, namespace)
            elif verb == "get":
                await cluster.get(kind, namespace, "absent")
            else:
                await cluster.patch(
                    kind, namespace, "absent", {"metadata": {"labels": {"x": "1"}}}, subresource=subresource
                )

        with pytest.raises(Forbidden) as caught:
            await attempt()
        _, _, commands = str(caught.value).partition("grant it: ")
        for command in commands.split("&&"):
            program, *words = shlex.split(command)
            assert program == "kubectl"
            await trio.to_thread.run_sync(partial(kubectl, *words))
        with trio.fail_after(20):
            while True:
                try:
                    await attempt()
                    return
                except ObjectNotFound:
                    return
                except Forbidden:  # the authorizer learns of a new binding by a watch of its own
                    await trio.sleep(0.05)


async def test_all_namespaces_need_a_role_that_is_as_wide(plane: Plane, namespace: str, connect: Connect) -> None:
    async with connect(accounts.agent_token(plane, namespace)) as cluster:
        with pytest.raises(Forbidden) as caught:
            await cluster.list(GATEWAYSYNCS)
    assert re.search(
        r"kubectl create clusterrole (\S+) --verb=list,watch --resource=gatewaysyncs.stoker.io && kubectl create"
        rf" clusterrolebinding \1 --clusterrole=\1 --serviceaccount={namespace}:default$",
        str(caught.value),
    )


async def test_a_token_that_was_revoked_is_told_and_its_successor_taken_up(
    plane: Plane, namespace: str, connect: Connect, tmp_path: Path
) -> None:
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/gateway"
    async with connect(accounts.agent_token(plane, namespace, "gateway")) as cluster:
        await cluster.list(CONFIGMAPS, namespace)
        plane.admin.delete(path)
        with pytest.raises(Unauthorized, match="restart the pod if its service account was made anew"):
            await until_refused(lambda: cluster.list(CONFIGMAPS, namespace))
        (tmp_path / "token").write_text(accounts.agent_token(plane, namespace, "gateway"))
        await cluster.list(CONFIGMAPS, namespace)


async def test_a_token_that_rotates_is_no_news_for_a_watch(
    plane: Plane, namespace: str, connect: Connect, tmp_path: Path
) -> None:
    seen: list[str] = []
    changed = trio.Event()

    def tell(_old: Any, new: Any) -> None:
        seen.append(new.metadata.name)
        changed.set()

    async with connect(accounts.agent_token(plane, namespace)) as cluster, trio.open_nursery() as nursery:
        informer = Informer(cluster, CONFIGMAPS, namespace, name="a", on_change=tell)
        await nursery.start(informer.run)
        (tmp_path / "token").write_text(accounts.agent_token(plane, namespace))
        plane.admin.create(f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": "a"}})
        with trio.fail_after(20):
            await changed.wait()
        nursery.cancel_scope.cancel()
    assert seen == ["a"]


async def test_anybody_else_is_unauthorized(connect: Connect) -> None:
    async with connect("no-token-of-this-cluster") as cluster:
        with pytest.raises(Unauthorized) as caught:
            await cluster.list(CONFIGMAPS, "default")
    assert "no-token-of-this-cluster" not in str(caught.value)


async def test_a_namespace_on_its_way_out_is_as_good_as_gone(collector: Plane, connect: Connect) -> None:
    collector.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ending"}})
    where = "/api/v1/namespaces/ending/configmaps"
    collector.admin.create(where, {"metadata": {"name": "a", "finalizers": ["x.io/f"]}})
    collector.admin.delete("/api/v1/namespaces/ending")
    async with connect(accounts.manager_token(collector)) as cluster:
        with pytest.raises(ObjectNotFound, match="the namespace ending is being deleted"):
            await until_refused(lambda: cluster.create(CONFIGMAPS, "ending", {"metadata": {"generateName": "b"}}))
    collector.admin.patch(f"{where}/a", {"metadata": {"finalizers": None}})
