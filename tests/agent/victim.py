"""A process with one agent in it, for tests that kill it: ``python -m tests.agent.victim DATA REPO COMMIT GATEWAY STORE``.

The object store lives in this process, so nothing but the data directory survives it, as in a cluster.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import trio
from prometheus_client import CollectorRegistry

from stoker.agent.metrics import AgentMetrics
from stoker.agent.run import run_agent
from stoker.agent.setup import AgentSetup
from stoker.api.handoff import Metadata
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.memory import MemoryCluster
from stoker.nursery.shutdown import run_with_signals
from tests.agent.plant import CR, POD, PROFILE, SPACE

if TYPE_CHECKING:
    from collections.abc import Sequence


async def live(words: Sequence[str], stopping: trio.Event) -> None:
    """Until ``stopping``; ``words`` as on the command line."""
    data, repo, commit, gateway, store = words

    async def key() -> str:
        return "stoker:s3cret-api-key"

    async def credentials(_auth: str) -> Credentials:
        return Credentials.none()

    cluster = MemoryCluster()
    for name in ("status", "changes"):
        await cluster.create(CONFIGMAPS, SPACE, {"metadata": {"name": f"stoker-{name}-{CR}"}, "data": {}})
    wanted = Metadata(repo, commit, "main", profiles={"default": PROFILE})
    await cluster.create(CONFIGMAPS, SPACE, {"metadata": {"name": f"stoker-metadata-{CR}"}, "data": wanted.to_data()})
    setup = AgentSetup(
        namespace=SPACE,
        pod_name=POD,
        pod_uid="uid-1",
        cr_name=CR,
        gateway_name="press",
        profile="default",
        data=Path(data),
        gateway_url=gateway,
        verify_tls=False,
        api_key=key,
        git_credentials=credentials,
        version="1.2.3",
    )
    await run_agent(
        setup,
        cluster=cluster,
        stores=StorePool(Path(store), offload=Thread()),
        metrics=AgentMetrics(CollectorRegistry()),
        stopping=stopping,
    )


async def main(*arguments: str) -> None:
    """As a process of its own."""
    await run_with_signals(lambda stopping: live(arguments, stopping), grace=20.0)


if __name__ == "__main__":
    trio.run(main, *sys.argv[1:])
