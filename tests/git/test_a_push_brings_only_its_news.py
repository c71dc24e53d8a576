"""Where a commit is there already, the next is fetched without a depth, as long as what lies between is little."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pygit2

from stoker.git.credentials import Credentials
from stoker.git.transfer import NEWS
from tests.fakes.gitrepos import EPOCH
from tests.git.stores import content, packs, the_store

if TYPE_CHECKING:
    from stoker.git.fetch import StorePool
    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer
    from tests.git.conftest import Serve

NOBODY = Credentials.none()


def objects(pool: StorePool) -> int:
    """How many objects the store holds."""
    return sum(1 for _ in pygit2.Repository(str(the_store(pool))).odb)


def shallow(pool: StorePool) -> list[str]:
    """Where the store's history is cut."""
    return (the_store(pool) / "shallow").read_text().split()


def long_history(origin: Origin, commits: int) -> str:
    """A history of its own that changes one file ``commits`` times; its tip."""
    stream = []
    for number in range(commits):
        head = f"commit refs/heads/other\ncommitter A <a@example.com> {EPOCH + number} +0000\ndata 1\nx\n"
        stream.append(f"{head}M 100644 inline a\ndata {len(str(number))}\n{number}\n")
    origin.git("fast-import", "--quiet", "--date-format=raw", stdin="".join(stream).encode())
    tip = origin.hash_of("refs/heads/other")
    assert tip
    return tip


async def test_several_commits_come_at_once_and_the_history_stays_cut(
    origin: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "0", "big": "x" * 10_000}), "main", NOBODY)
    tips = [origin.commit({"a": str(number)}) for number in range(1, 6)]
    await pool.ensure(url, tips[-1], "main", NOBODY)
    assert content(pool.tree(url, tips[-1]))["a"] == b"5"
    assert shallow(pool) == [tips[-1]]


async def test_what_the_store_has_is_not_sent_again(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    url = fetched_over(origin)
    files = {f"f{number}": random.Random(number).randbytes(2000) for number in range(300)}
    await pool.ensure(url, origin.commit(files), "main", NOBODY)
    await pool.ensure(url, tip := origin.commit({"f7": "new"}), "main", NOBODY)
    assert len(content(pool.tree(url, tip))) == 300
    assert packs(the_store(pool))[-1].stat().st_size < 30_000


async def test_one_request_fewer_is_made_over_http(origin: Origin, http: HttpServer, pool: StorePool) -> None:
    url = f"{http.url}/plant.git"
    await pool.ensure(url, origin.commit({"a": "0"}), "main", NOBODY)
    first = len(http.requests)
    http.requests.clear()
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    assert 0 < len(http.requests) <= first


async def test_another_history_is_not_fetched_to_its_beginning(
    origin: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "0"}), "main", NOBODY)
    other = long_history(origin, NEWS // 3 + 100)
    await pool.ensure(url, other, "other", NOBODY)
    assert content(pool.tree(url, other)) == {"a": str(NEWS // 3 + 99).encode()}
    assert objects(pool) < 20
    assert shallow(pool) == [other]


async def test_a_commit_before_the_one_we_have_is_fetched_too(
    origin: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    url = fetched_over(origin)
    older = origin.commit({"a": "0", "b": "0"})
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    await pool.ensure(url, older, "main", NOBODY)
    assert content(pool.tree(url, older)) == {"a": b"0", "b": b"0"}
