"""Worker processes: what they are given and give back, how they end, and that nothing is left of them."""

from __future__ import annotations

import os
import pickle
import signal
import tempfile
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import GitTimeout, GitWorkerLost, HostKeyRefused, RepositoryNotFound
from stoker.git import frames
from stoker.git.credentials import Credentials
from stoker.git.remote import Remote
from stoker.git.workers import Workers, open_workers
from tests.fakes.gitservers import open_sockets, silent_server
from tests.fakes.processes import left_in, lives, python, until, visible
from tests.fakes.sshd import KeyPair, Sshd, key_pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.gitrepos import Origin

NOBODY = Credentials.none()
SHORT, LONG = 1.0, 60.0


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


@pytest.fixture
async def workers(scratch: Path) -> AsyncIterator[Workers]:
    """Processes."""
    async with open_workers(idle=LONG) as opened:
        yield opened


@pytest.fixture
async def far(workers: Workers) -> AsyncIterator[Remote]:
    """Look-ups in those processes."""
    async with Remote(workers, timeout=LONG) as held:
        yield held


async def hanging(remote: Remote, port: int, credentials: Credentials) -> None:
    await remote.resolve(f"ssh://me@127.0.0.1:{port}/plant.git", "main", credentials)


async def busy(workers: Workers) -> int:
    """The process that is at work."""
    await until(lambda: workers.busy)
    return workers.busy[0]


async def test_a_process_serves_one_look_up_after_another(far: Remote, workers: Workers, origin: Origin) -> None:
    commit = origin.commit({"a": "1"})
    for _ in range(3):
        assert (await far.resolve(origin.url, "main", NOBODY)).commit == commit
    assert len(workers.pids) == 1


async def test_an_error_comes_back_as_it_was_raised(far: Remote, tmp_path: Path) -> None:
    with pytest.raises(RepositoryNotFound, match="no readable git repository there"):
        await far.resolve(f"file://{tmp_path}/nothing.git", "main", NOBODY)


async def test_a_fault_of_the_program_comes_back_with_its_trace(workers: Workers) -> None:
    with pytest.raises(RuntimeError, match="TypeError"):
        await workers(os.getpid, deadline=LONG, what="x")  # type: ignore[arg-type]


async def test_two_resources_with_different_known_hosts_share_nothing(
    far: Remote, ssh: Sshd, keys: list[KeyPair], origin: Origin
) -> None:
    commit = origin.commit({"a": "1"})
    good = Credentials.ssh_key(keys[0].private, ssh.known_hosts)
    bad = Credentials.ssh_key(keys[0].private, ssh.line(key_pair(ssh.folder)))
    met: list[str] = []

    async def ask(credentials: Credentials) -> None:
        try:
            met.append((await far.resolve(ssh.url(origin.path), "main", credentials)).commit)
        except HostKeyRefused:
            met.append("refused")

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(ask, good)
            nursery.start_soon(ask, bad)
    assert sorted(met) == sorted([commit, "refused"] * 4)


async def test_a_call_past_its_deadline_is_killed_and_leaves_nothing(
    workers: Workers, scratch: Path, holder: Credentials
) -> None:
    async with Remote(workers, timeout=SHORT) as remote:
        with silent_server() as port, pytest.raises(GitTimeout, match="no answer within 1 s"):
            await hanging(remote, port, holder)
    assert workers.pids == []
    assert left_in(scratch) == []


async def test_a_cancelled_call_is_killed_and_leaves_nothing(
    workers: Workers, far: Remote, scratch: Path, holder: Credentials
) -> None:
    before = open_sockets()
    with silent_server() as port:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hanging, far, port, holder)
            pid = await busy(workers)
            nursery.cancel_scope.cancel()
    assert not lives(pid)
    assert left_in(scratch) == []
    assert open_sockets() <= before


async def test_a_process_that_is_killed_is_an_error_and_the_next_call_works(
    workers: Workers, far: Remote, holder: Credentials, origin: Origin
) -> None:
    commit = origin.commit({"a": "1"})

    async def lost(port: int) -> None:
        with pytest.raises(GitWorkerLost, match="ended with -9 in the middle"):
            await hanging(far, port, holder)

    with silent_server() as port:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lost, port)
            os.kill(await busy(workers), signal.SIGKILL)
    assert (await far.resolve(origin.url, "main", NOBODY)).commit == commit


async def test_a_process_that_died_while_idle_is_nobodys_error(
    workers: Workers, far: Remote, origin: Origin, scratch: Path
) -> None:
    commit = origin.commit({"a": "1"})
    await far.resolve(origin.url, "main", NOBODY)
    (pid,) = workers.pids
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not lives(pid))
    assert (await far.resolve(origin.url, "main", NOBODY)).commit == commit
    assert len(left_in(scratch)) == 1


async def test_a_process_that_cannot_be_started_is_told_and_not_a_crash(
    far: Remote, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin.commit({"a": "1"})
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(GitWorkerLost, match="cannot be started"):
        await far.resolve(origin.url, "main", NOBODY)


async def test_idle_processes_end(origin: Origin, scratch: Path) -> None:
    origin.commit({"a": "1"})
    async with open_workers(idle=0.01) as workers, Remote(workers) as remote:
        await remote.resolve(origin.url, "main", NOBODY)
        await until(lambda: not workers.pids and not left_in(scratch))
        await remote.resolve(origin.url, "main", NOBODY)


async def test_all_end_with_their_owner(origin: Origin, scratch: Path) -> None:
    origin.commit({"a": "1"})
    async with open_workers() as workers, Remote(workers) as remote:
        await remote.resolve(origin.url, "main", NOBODY)
        (pid,) = workers.pids
    assert not lives(pid)
    assert left_in(scratch) == []


ORPHAN = """
import sys, trio
from stoker.git.credentials import Credentials
from stoker.git.remote import Remote
from stoker.git.workers import open_workers

async def main(url):
    async with open_workers() as workers, Remote(workers) as remote, trio.open_nursery() as nursery:
        nursery.start_soon(remote.resolve, url, "main", Credentials.none())
        while not workers.busy:
            await trio.sleep(0.01)
        print(workers.busy[0], flush=True)
        await trio.sleep_forever()

trio.run(main, sys.argv[1])
"""


async def test_a_process_ends_with_a_parent_that_was_killed_also_in_a_call(scratch: Path) -> None:
    environment = os.environ | {"TMPDIR": str(scratch)}
    with silent_server() as port:
        with python(ORPHAN, f"git://127.0.0.1:{port}/plant.git", environment=environment) as parent:
            assert parent.stdout
            pid = int(await trio.to_thread.run_sync(parent.stdout.readline))
            parent.kill()
        await until(lambda: not lives(pid))
    assert left_in(scratch) == []


async def test_secrets_are_no_part_of_a_process_that_others_can_see(
    workers: Workers, far: Remote, holder: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_HMAC_SECRET", "hunter22hunter22")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with silent_server() as port:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hanging, far, port, holder)
            pid = await busy(workers)
            seen = visible(pid)
            nursery.cancel_scope.cancel()
    assert b"hunter22" not in seen
    assert b"PRIVATE KEY" not in seen
    assert b"https_proxy=http://127.0.0.1:9" in seen


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        pickle.dumps(_Evil()),
        pickle.dumps(os.system),
        pickle.dumps(frames.Answer(value=_Evil())),
        pickle.dumps(7),
    ],
    ids=["nothing", "cut", "a call", "a function", "a call inside", "another value"],
)
def test_an_answer_is_data_and_nothing_else(content: bytes) -> None:
    with pytest.raises(frames.Malformed):
        frames.unpack_answer(content)


def test_an_answer_without_end_is_not_waited_for() -> None:
    with pytest.raises(frames.Malformed, match="bytes long"):
        frames.length(b"\xff" * frames.HEAD)
