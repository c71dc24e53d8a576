"""Getting the commit: credentials, the store, the tree; counted as the metrics want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import StokerError
from stoker.git.urls import place

if TYPE_CHECKING:
    from stoker.agent.desk import Desk
    from stoker.agent.metrics import AgentMetrics
    from stoker.agent.setup import AgentSetup
    from stoker.api.handoff import Metadata
    from stoker.git.fetch import StorePool
    from stoker.git.tree import CommitTree


class Fetcher:
    """One gateway's way to its repository."""

    def __init__(self, setup: AgentSetup, desk: Desk, stores: StorePool, metrics: AgentMetrics) -> None:
        self._setup = setup
        self._desk = desk
        self._stores = stores
        self._metrics = metrics

    async def tree(self, metadata: Metadata) -> CommitTree:
        """The commit as a tree. Raises what ``StorePool.ensure`` and ``StorePool.tree`` raise, and CredentialsInvalid."""
        try:
            credentials = await self._setup.git_credentials(metadata.auth_type)
            fetched = await self._stores.ensure(metadata.git_url, metadata.commit, metadata.ref, credentials)
            tree = await self._desk.call(self._stores.tree, metadata.git_url, metadata.commit)
        except StokerError:
            self._count_error(metadata.git_url)
            raise
        if fetched.operation in {"clone", "fetch"}:
            self._metrics.git_fetch_total.labels(fetched.operation, "success").inc()
            self._metrics.git_fetch_duration.labels(fetched.operation).observe(fetched.duration)
        return tree

    async def discard(self, metadata: Metadata) -> None:
        """Forget a store that turned out broken; it is fetched anew."""
        await self._desk.call(self._stores.discard, metadata.git_url)

    def _count_error(self, url: str) -> None:
        """A repository read in place is never fetched, so there is nothing to count."""
        try:
            in_place = place(url).transport == "file"
        except StokerError:
            in_place = False
        if not in_place:
            operation = "fetch" if self._stores.holds_store(url) else "clone"
            self._metrics.git_fetch_total.labels(operation, "error").inc()
