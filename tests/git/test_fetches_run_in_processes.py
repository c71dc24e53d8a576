"""Fetches in worker processes: what a killed one leaves is cleared away, and what is remembered of a store comes back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import CommitGone, GitBusy, GitTimeout
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.git.workers import Workers, open_workers
from tests.fakes.gitservers import silent_server
from tests.fakes.processes import until
from tests.fakes.troubled import troubled
from tests.git.stores import content, packs, the_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.gitrepos import Origin
    from tests.fakes.sshd import KeyPair, Sshd

NOISE = random.Random(7).randbytes(300_000)
LONG = 60.0


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    """Processes."""
    async with open_workers() as opened:
        yield opened


@pytest.fixture
def far(tmp_path: Path, workers: Workers) -> StorePool:
    """Stores that are filled by those processes."""
    return StorePool(tmp_path / "stores", offload=Thread(), ssh=workers, fetch_deadline=LONG)


@pytest.fixture
def anywhere(keys: list[KeyPair], ssh: Sshd) -> Credentials:
    """Who knows the host, whatever its port."""
    return Credentials.ssh_key(keys[0].private, ssh.line(ssh.host_key, "127.0.0.1"))


def at(ssh: Sshd, port: int, origin: Origin) -> str:
    return ssh.url(origin.path).replace(f":{ssh.port}", f":{port}")


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "stores").rglob("*") if path.is_file())


async def test_a_clone_and_its_news(far: StorePool, ssh: Sshd, holder: Credentials, origin: Origin) -> None:
    url = ssh.url(origin.path)
    first = origin.commit({"a": "1"})
    assert (await far.ensure(url, first, "main", holder)).operation == "clone"
    second = origin.commit({"a": "2"})
    assert (await far.ensure(url, second, "main", holder)).operation == "fetch"
    assert content(far.tree(url, second)) == {"a": b"2"}


async def test_a_clone_that_is_killed_in_the_pack_leaves_nothing(
    tmp_path: Path, workers: Workers, ssh: Sshd, anywhere: Credentials, origin: Origin
) -> None:
    commit = origin.commit({"noise": NOISE})
    pool = StorePool(tmp_path / "stores", offload=Thread(), ssh=workers, fetch_deadline=3)
    with troubled(ssh.port, 100_000) as relay:
        url = at(ssh, relay.port, origin)
        with pytest.raises(GitTimeout):
            await pool.ensure(url, commit, "main", anywhere)
        assert relay.reached.is_set()
        assert files(tmp_path) == []
        relay.after = 10_000_000
        await pool.ensure(url, commit, "main", anywhere)
    assert content(pool.tree(url, commit)) == {"noise": NOISE}


async def test_news_that_are_killed_in_the_pack_are_cleared_away_by_the_next(
    tmp_path: Path, workers: Workers, ssh: Sshd, anywhere: Credentials, origin: Origin
) -> None:
    pool = StorePool(tmp_path / "stores", offload=Thread(), ssh=workers, fetch_deadline=3)
    with troubled(ssh.port, 10_000_000) as relay:
        url = at(ssh, relay.port, origin)
        await pool.ensure(url, origin.commit({"a": "1"}), "main", anywhere)
        relay.after = 100_000
        commit = origin.commit({"noise": NOISE})
        with pytest.raises(GitTimeout):
            await pool.ensure(url, commit, "main", anywhere)
        assert [name for name in files(tmp_path) if name.startswith("pack_git2")]
        relay.after = 10_000_000
        await pool.ensure(url, commit, "main", anywhere)
    assert [name for name in files(tmp_path) if name.startswith("pack_git2")] == []
    assert content(pool.tree(url, commit)) == {"a": b"1", "noise": NOISE}


async def test_a_store_that_is_read_stays_while_another_is_fetched(
    tmp_path: Path, far: StorePool, ssh: Sshd, holder: Credentials, origin: Origin
) -> None:
    url, commit = ssh.url(origin.path), origin.commit({"a": "1"})
    await far.ensure(url, commit, "main", holder)
    tree = far.tree(url, commit)
    packs(the_store(far))[0].unlink()
    far.discard(url)
    assert (await far.ensure(url, commit, "main", holder)).operation == "clone"
    assert sorted(path.name for path in (tmp_path / "stores").glob("*/*.git")) == ["1.git", "2.git"]
    assert content(far.tree(url, commit)) == {"a": b"1"}
    del tree


async def test_a_store_that_was_found_whole_is_not_read_again(
    far: StorePool, ssh: Sshd, holder: Credentials, origin: Origin
) -> None:
    url, commit = ssh.url(origin.path), origin.commit({"a": "1"})
    await far.ensure(url, commit, "main", holder)
    far.discard(url)
    assert (await far.ensure(url, commit, "main", holder)).operation == "present"
    (shelf,) = far._shelves.all()
    assert not shelf.standing.suspect


async def test_tips_that_were_searched_in_vain_are_remembered(
    far: StorePool, ssh: Sshd, holder: Credentials, stubborn: Origin
) -> None:
    tip = stubborn.commit({"a": "1"})
    with pytest.raises(CommitGone):
        await far.ensure(ssh.url(stubborn.path), "a" * 40, "main", holder)
    (shelf,) = far._shelves.all()
    assert shelf.standing.fruitless == ("a" * 40, frozenset({tip}))


async def test_who_gets_no_turn_does_not_blame_his_own_server(
    tmp_path: Path, keys: list[KeyPair], holder: Credentials
) -> None:
    async def hang(port: int) -> None:
        patient = StorePool(tmp_path / "one", offload=Thread(), ssh=workers, fetch_deadline=2)
        with pytest.raises(GitTimeout):
            await patient.ensure(f"ssh://me@127.0.0.1:{port}/one.git", "a" * 40, "main", holder)

    async with open_workers(most=1) as workers:
        hasty = StorePool(tmp_path / "two", offload=Thread(), ssh=workers, fetch_deadline=0.1)
        with silent_server() as port:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(hang, port)
                await until(lambda: workers.busy)
                with pytest.raises(GitBusy, match="waits for its turn"):
                    await hasty.ensure("ssh://me@127.0.0.1:9/two.git", "a" * 40, "main", holder)
