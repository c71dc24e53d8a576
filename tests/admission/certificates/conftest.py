"""A webhook configuration in a store, the keeper beside it, and a look at what both hold."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import trio

from stoker.admission.certificates.keeper import CertificatePlace, Keeper
from stoker.admission.certificates.material import Material
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import SECRETS, WEBHOOKS
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = CertificatePlace("stoker-system", "cert", "webhook", "pod-injection")


@dataclass
class Store:
    """``later``: how far the wall clock has gone beside the virtual one."""

    nursery: trio.Nursery
    cluster: MemoryCluster = field(default_factory=MemoryCluster)
    later: timedelta = timedelta()

    def now(self) -> datetime:
        """The wall clock of this world."""
        return START + self.later + timedelta(seconds=trio.current_time())

    def lead(self) -> trio.CancelScope:
        """Somebody leads from now on, until the scope is cancelled."""
        scope = trio.CancelScope()

        async def life() -> None:
            with scope:
                await Keeper(self.cluster, PLACE, now=self.now).run()

        self.nursery.start_soon(life)
        return scope

    async def webhook(self, *bundles: str) -> None:
        """The configuration as helm installs it; each of its webhooks with that caBundle."""
        one = {"name": "pod-inject.stoker.io", "clientConfig": {"service": {"name": "webhook"}}, "timeoutSeconds": 10}
        hooks = [{**one, "clientConfig": {**one["clientConfig"], "caBundle": text}} for text in bundles or ("",)]  # type: ignore[dict-item]
        await self.cluster.create(WEBHOOKS, "", {"metadata": {"name": PLACE.configuration}, "webhooks": hooks})

    async def held(self) -> Material:
        """What the Secret holds."""
        try:
            return Material.read((await self.cluster.get(SECRETS, PLACE.namespace, PLACE.secret)).data)
        except ObjectNotFound:
            return Material()

    async def hooks(self) -> list[dict[str, Any]]:
        """The configuration's webhooks."""
        return list((await self.cluster.get(WEBHOOKS, "", PLACE.configuration)).webhooks)

    async def told(self) -> bytes:
        """What the API server is told to trust."""
        return base64.b64decode((await self.hooks())[0]["clientConfig"].get("caBundle", ""))


@pytest.fixture
async def store(nursery: trio.Nursery) -> AsyncIterator[Store]:
    """With a webhook's configuration, and nobody who leads."""
    one = Store(nursery)
    await one.webhook()
    yield one
    nursery.cancel_scope.cancel()
