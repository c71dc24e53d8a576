"""Real repositories behind every transport of this build."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.git.remote import Remote
from tests.fakes.githttp import Behaviour
from tests.fakes.gitrepos import Origin, make_origin
from tests.fakes.gitservers import HttpServer, git_daemon, http_backend
from tests.fakes.sshd import KeyPair, Sshd, key_pair, sshd

if TYPE_CHECKING:
    from pathlib import Path

Serve = Callable[[Origin], str]
TRANSPORTS = ("file", "git", "http-v2", "http-v0")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """An empty repository whose servers give commits by hash."""
    return make_origin(tmp_path / "srv" / "plant.git")


@pytest.fixture
def stubborn(tmp_path: Path) -> Origin:
    """An empty repository of a plain git server: it refuses to be asked for a hash."""
    return make_origin(tmp_path / "srv" / "stubborn.git", any_hash=False)


@pytest.fixture(params=TRANSPORTS)
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """The URL of a repository over one transport; every test that asks for it runs over all."""
    with ExitStack() as servers:

        def over(origin: Origin) -> str:
            root = origin.path.parent
            if request.param == "file":
                return origin.url
            if request.param == "git":
                return f"{servers.enter_context(git_daemon(root))}/{origin.path.name}"
            behaviour = Behaviour(v2=request.param == "http-v2")
            return f"{servers.enter_context(http_backend(root, behaviour)).url}/{origin.path.name}"

        yield over


@pytest.fixture(params=("git", "http"))
def fetched_over(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """The URL of a repository over one transport that really fetches."""
    with ExitStack() as servers:

        def over(origin: Origin) -> str:
            root, name = origin.path.parent, origin.path.name
            if request.param == "git":
                return f"{servers.enter_context(git_daemon(root))}/{name}"
            return f"{servers.enter_context(http_backend(root)).url}/{name}"

        yield over


@pytest.fixture
def http(tmp_path: Path) -> Iterator[HttpServer]:
    """One smart HTTP server over the repositories of this test; its behaviour may be changed."""
    (tmp_path / "srv").mkdir(exist_ok=True)
    with http_backend(tmp_path / "srv") as served:
        yield served


@pytest.fixture
def keys(tmp_path: Path) -> list[KeyPair]:
    """The key that ``ssh`` lets in."""
    (tmp_path / "keys").mkdir()
    return [key_pair(tmp_path / "keys")]


@pytest.fixture
def ssh(tmp_path: Path, keys: list[KeyPair]) -> Iterator[Sshd]:
    """An sshd that serves every repository of this machine."""
    (tmp_path / "sshd").mkdir()
    with sshd(tmp_path / "sshd", keys) as served:
        yield served


@pytest.fixture
def holder(keys: list[KeyPair], ssh: Sshd) -> Credentials:
    """Who holds that key and knows that host."""
    return Credentials.ssh_key(keys[0].private, ssh.known_hosts)


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    """Look-ups as an agent runs them."""
    async with Remote(Thread(), timeout=10) as held:
        yield held


@pytest.fixture
def pool(tmp_path: Path) -> StorePool:
    """Stores in a folder of this test."""
    return StorePool(tmp_path / "stores", offload=Thread(), fetch_deadline=60)
