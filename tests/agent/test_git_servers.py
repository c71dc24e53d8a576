"""The git server as agents meet it: fetches are counted by what they were, and one that hangs holds nothing else up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio
from prometheus_client import CollectorRegistry

from stoker.agent.blocking import Inline
from stoker.agent.desk import Desk
from stoker.agent.fetching import Fetcher
from stoker.agent.gate import Gate
from stoker.agent.metrics import AgentMetrics
from stoker.agent.profile import PROTECTION
from stoker.agent.setup import AgentSetup
from stoker.api.handoff import Metadata
from stoker.errors import GitTimeout, StokerError
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.sync.engine import Engine
from tests.fakes.gitservers import closed_port, http_backend, silent_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.gitrepos import Origin


class Way:
    """One agent's way to its repository, over real HTTP and in real time."""

    def __init__(self, folder: Path, *, deadline: float = 20.0) -> None:
        async def key() -> str:
            return ""

        async def credentials(_auth: str) -> Credentials:
            return Credentials.none()

        setup = AgentSetup(
            "plant", "gw-0", "uid", "line", "press", "default", folder, "http://x", False, key, credentials, "1"
        )
        desk = Desk(Engine(folder, protection=PROTECTION), Gate(), Inline(), gateway="press", namespace="plant")
        self.registry = CollectorRegistry()
        stores = StorePool(folder / "stores", offload=Thread(), fetch_deadline=deadline)
        self.fetcher = Fetcher(setup, desk, stores, AgentMetrics(self.registry))

    async def fails(self, url: str, commit: str = "f" * 40) -> StokerError:
        """Ask for a commit that cannot be had."""
        with pytest.raises(StokerError) as caught:
            await self.fetcher.tree(Metadata(url, commit, "main"))
        return caught.value

    def counted(self, operation: str, result: str) -> float:
        """``git_fetch_total``."""
        labels = {"operation": operation, "result": result}
        return self.registry.get_sample_value("stoker_agent_git_fetch_total", labels) or 0.0


@pytest.fixture
def url(tmp_path: Path, origin: Origin) -> Iterator[str]:
    """The repository, served."""
    with http_backend(tmp_path) as server:
        yield f"{server.url}/origin.git"


async def test_the_first_is_a_clone_and_the_next_a_fetch(tmp_path: Path, origin: Origin, url: str) -> None:
    way = Way(tmp_path)
    await way.fetcher.tree(Metadata(url, origin.hash_of("main") or "", "main"))
    assert (way.counted("clone", "success"), way.counted("fetch", "success")) == (1, 0)
    commit = origin.commit({"projects/new.json": "{}"})
    await way.fetcher.tree(Metadata(url, commit, "main"))
    assert (way.counted("clone", "success"), way.counted("fetch", "success")) == (1, 1)
    assert way.registry.get_sample_value("stoker_agent_git_fetch_duration_seconds_count", {"operation": "clone"}) == 1


async def test_a_commit_that_is_there_already_is_not_counted(tmp_path: Path, origin: Origin, url: str) -> None:
    way = Way(tmp_path)
    wanted = Metadata(url, origin.hash_of("main") or "", "main")
    await way.fetcher.tree(wanted)
    await way.fetcher.tree(wanted)
    assert (way.counted("clone", "success"), way.counted("fetch", "success")) == (1, 0)


async def test_an_error_before_the_first_fetch_is_a_clones(tmp_path: Path) -> None:
    way = Way(tmp_path)
    await way.fails(f"http://127.0.0.1:{closed_port()}/repo.git")
    assert (way.counted("clone", "error"), way.counted("fetch", "error")) == (1, 0)


async def test_an_error_after_it_is_a_fetchs(tmp_path: Path, origin: Origin, url: str) -> None:
    way = Way(tmp_path)
    await way.fetcher.tree(Metadata(url, origin.hash_of("main") or "", "main"))
    await way.fails(url)
    assert (way.counted("clone", "error"), way.counted("fetch", "error")) == (0, 1)


async def test_a_server_that_hangs_is_given_up_at_its_deadline(tmp_path: Path) -> None:
    way = Way(tmp_path, deadline=0.3)
    with silent_server() as port, trio.fail_after(10):
        assert isinstance(await way.fails(f"http://127.0.0.1:{port}/repo.git"), GitTimeout)
    assert way.counted("clone", "error") == 1
