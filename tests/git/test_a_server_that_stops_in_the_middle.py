"""Servers that hang or drip at every stage of every transport: given up within the bound, and nothing is left running."""

from __future__ import annotations

import random
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

import pytest

from stoker.errors import GitTimeout
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.git.remote import Remote
from stoker.git.workers import open_workers
from tests.fakes.authority import Authority
from tests.fakes.gitservers import git_daemon, http_backend, open_sockets
from tests.fakes.processes import left_in, until
from tests.fakes.proxies import proxy
from tests.fakes.sshd import Sshd, key_pair, sshd
from tests.fakes.troubled import Trouble, troubled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.gitrepos import Origin

NOISE = random.Random(7).randbytes(400_000)
BOUND, LONG = 1.5, 60.0
HANDSHAKE = {"git": 10, "http": 40, "https": 500, "tunnel": 500, "ssh": 1500}
"""Bytes of an answer after which the client is in the middle of what comes before the pack."""


class Far(NamedTuple):
    """A repository behind a relay that goes bad, and what opens it."""

    transport: str
    relay: Trouble
    url: str
    credentials: Credentials
    servers: ExitStack


@pytest.fixture(params=["git", "http", "https", "tunnel", "ssh"])
def far(
    request: pytest.FixtureRequest, tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Far]:
    """Over one transport; ``tunnel`` is https through a proxy."""
    origin.commit({"noise": NOISE})
    root, name, user, credentials = origin.path.parent, origin.path.name, "", Credentials.none()
    scheme, host = request.param, "127.0.0.1"
    with ExitStack() as servers:
        if request.param == "git":
            port = int(servers.enter_context(git_daemon(root)).rpartition(":")[2])
        elif request.param == "ssh":
            folder = tmp_path / "sshd"
            folder.mkdir()
            key = key_pair(folder)
            served: Sshd = servers.enter_context(sshd(folder, [key]))
            port, name, user = served.port, str(origin.path)[1:], f"{served.user}@"
            credentials = Credentials.ssh_key(key.private, served.line(served.host_key, "127.0.0.1"))
        else:
            authority = Authority(tmp_path)
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.pem))
            if request.param == "tunnel":
                scheme, host = "https", "git.plant.invalid"
                monkeypatch.setenv("HTTPS_PROXY", servers.enter_context(proxy()).url)
            tls = authority.server(host) if scheme == "https" else None
            port = int(servers.enter_context(http_backend(root, tls=tls)).url.rpartition(":")[2])
        relay = servers.enter_context(troubled(port, 0))
        yield Far(request.param, relay, f"{scheme}://{user}{host}:{relay.port}/{name}", credentials, servers)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


@pytest.mark.parametrize("drip", [False, True], ids=["hangs", "drips"])
@pytest.mark.parametrize("middle", [False, True], ids=["at once", "in the middle"])
async def test_a_look_up_is_given_up_and_leaves_nothing(far: Far, scratch: Path, middle: bool, drip: bool) -> None:
    far.relay.after, far.relay.drip = HANDSHAKE[far.transport] if middle else 0, drip
    before = open_sockets()
    async with open_workers() as workers:
        async with Remote(workers, timeout=BOUND) as remote:
            with pytest.raises(GitTimeout):
                await remote.resolve(far.url, "main", far.credentials)
        assert workers.busy == []
    assert far.relay.reached.is_set()
    assert left_in(scratch) == []
    far.servers.close()
    assert open_sockets() <= before


@pytest.mark.parametrize("drip", [False, True], ids=["hangs", "drips"])
@pytest.mark.parametrize("after", ["at once", "in the middle", "in the pack"])
async def test_a_fetch_of_an_agent_is_given_up_and_its_thread_ends(
    far: Far, tmp_path: Path, origin: Origin, scratch: Path, after: str, drip: bool
) -> None:
    stages = {"at once": 0, "in the middle": HANDSHAKE[far.transport], "in the pack": 150_000}
    far.relay.after, far.relay.drip = stages[after], drip
    thread = Thread()
    # Over ssh a busy machine takes the bound of the others to get as far as the pack.
    bound = 2 * BOUND if far.transport == "ssh" else BOUND
    pool = StorePool(tmp_path / "stores", offload=thread, fetch_deadline=bound, read_timeout=0.7)
    tip = origin.hash_of("refs/heads/main") or ""
    with pytest.raises(GitTimeout):
        await pool.ensure(far.url, tip, "main", far.credentials)
    assert far.relay.reached.is_set()
    far.relay.heal()
    await until(lambda: thread.stuck_since is None, LONG)
    patient = StorePool(tmp_path / "stores", offload=thread)  # a server that is well may be slow on a busy machine
    assert (await patient.ensure(far.url, tip, "main", far.credentials)).operation == "clone"
    assert left_in(scratch) == []
    assert [path.name for path in (tmp_path / "stores").glob("*/*")] == ["1.git"]
