"""A real API server behind a link that breaks to order, an informer that looks through it, and a writer who goes round it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.errors import AlreadyExists, ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import find_access
from stoker.kube.http import HttpCluster
from stoker.kube.http.bounds import Bounds
from stoker.kube.informer import Informer
from tests.fakes.tcpproxy import TcpProxy, tcp_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from stoker.api.objects import ConfigMap
    from tests.cluster.plane import Plane

SOON = 5.0
"""Seconds within which a change is seen once the link is back."""
IMPATIENT = Bounds(connect=2.0, read=2.0, request=4.0, silence=3.0)
"""So that a link that is dead without a word is found in a test's time; usual is 70 s of silence."""
LABEL = {"seen": "1"}


@dataclass
class Onlooker:
    """What an informer told, and what it has now."""

    cluster: HttpCluster
    namespace: str
    proxy: TcpProxy
    told: list[tuple[str, str, str]] = field(default_factory=list)
    changed: trio.Event = field(default_factory=trio.Event)

    def __post_init__(self) -> None:
        self.informer: Informer[ConfigMap] = Informer(
            self.cluster, CONFIGMAPS, self.namespace, labels=LABEL, on_change=self._tell
        )

    def _tell(self, old: ConfigMap | None, new: ConfigMap | None) -> None:
        item = new or old
        assert item is not None
        what = "new" if old is None else "gone" if new is None else "changed"
        self.told.append((what, item.metadata.name, item.metadata.resource_version))
        self.changed.set()
        self.changed = trio.Event()

    @property
    def picture(self) -> dict[str, str]:
        return {item.metadata.name: item.data["k"] for item in self.informer.items()}

    async def sees(self, wanted: dict[str, str], within: float) -> None:
        """Returns when the picture is that."""
        with trio.move_on_after(within):
            while self.picture != wanted:
                await self.changed.wait()
        assert self.picture == wanted

    def nothing_was_told_twice(self) -> None:
        """Each object's story goes forward: no version comes again, nothing changes that is not there."""
        versions: dict[str, int] = {}
        for what, name, version in self.told:
            if what != "gone":
                assert int(version) > versions.get(name, 0), (name, self.told)
                versions[name] = int(version)
                continue
            assert name in versions


class Writer:
    """Writes past the link, as somebody else would; blocking calls of a few milliseconds."""

    def __init__(self, plane: Plane, namespace: str) -> None:
        self._plane = plane
        self._where = f"/api/v1/namespaces/{namespace}/configmaps"
        self.written: dict[str, str] = {}

    def put(self, name: str, value: str) -> None:
        """One object with that value."""
        if name in self.written:
            self._plane.admin.patch(f"{self._where}/{name}", {"data": {"k": value}})
        else:
            self._plane.admin.create(self._where, {"metadata": {"name": name, "labels": LABEL}, "data": {"k": value}})
        self.written[name] = value

    def drop(self, name: str) -> None:
        """One object less."""
        if self.written.pop(name, None) is not None:
            self._plane.admin.delete(f"{self._where}/{name}")


async def insist(cluster: HttpCluster, namespace: str, name: str, value: str) -> None:
    """Writes through the link until it is written, whatever fails."""
    while True:
        try:
            await cluster.patch(CONFIGMAPS, namespace, name, {"data": {"k": value}})
            return
        except ObjectNotFound:
            try:
                body = {"metadata": {"name": name}, "data": {"k": value}}
                await cluster.create(CONFIGMAPS, namespace, body)
                return
            except AlreadyExists:
                continue
            except StokerError:
                await trio.sleep(0.1)
        except StokerError:
            await trio.sleep(0.1)


@pytest.fixture
def looking() -> Callable[..., Any]:
    """``async with looking(plane, namespace) as onlooker``: its informer runs, through a proxy."""

    @asynccontextmanager
    async def made(plane: Plane, namespace: str, bounds: Bounds = IMPATIENT) -> AsyncIterator[Onlooker]:
        async with tcp_proxy("127.0.0.1", plane.port) as proxy:
            user = {"client-certificate": str(plane.certificate), "client-key": str(plane.key)}
            config = plane.write_kubeconfig(f"through-{proxy.port}", user, server=f"https://127.0.0.1:{proxy.port}")
            access = await find_access({"KUBECONFIG": str(config)})
            async with HttpCluster(access, bounds=bounds) as cluster, trio.open_nursery() as nursery:
                onlooker = Onlooker(cluster, namespace, proxy)
                await nursery.start(onlooker.informer.run)
                yield onlooker
                nursery.cancel_scope.cancel()
            with trio.fail_after(10):
                await proxy.has_links(0)

    return made
