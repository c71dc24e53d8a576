"""What a one-file commit costs on the wire and on the disk, counted in the bytes that a relay saw pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from stoker.git.credentials import Credentials
from tests.fakes.gitrepos import BRANCH, EPOCH, Origin, make_origin, many_files
from tests.fakes.gitservers import Counter, counting, git_daemon, http_backend
from tests.git.stores import content, packs, the_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from stoker.git.fetch import StorePool

NOBODY = Credentials.none()
KIB = 1024


@dataclass
class Line:
    """A repository and the counted way to it."""

    origin: Origin
    url: str
    counter: Counter

    async def moved(self, pool: StorePool, commit: str) -> int:
        """Bytes both ways that one ``ensure`` of ``commit`` costs."""
        self.counter.reset()
        assert (await pool.ensure(self.url, commit, BRANCH, NOBODY)).operation == "fetch"
        return self.counter.moved


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """15,000 files, packed, as a hosting service keeps them."""
    made = make_origin(tmp_path_factory.mktemp("large") / "srv" / "large.git")
    made.commit(many_files(15_000, size=300))
    made.git("repack", "-qad")
    return made


@pytest.fixture(params=["git", "http"])
async def line(request: pytest.FixtureRequest, large: Origin) -> AsyncIterator[Line]:
    """That repository over each transport."""
    root = large.path.parent
    for served in _served(request.param, root):
        scheme, _, port = served.partition("://127.0.0.1:")
        with counting(int(port)) as counter:
            yield Line(large, f"{scheme}://127.0.0.1:{counter.port}/large.git", counter)


def _served(transport: str, root: Path) -> Iterator[str]:
    if transport == "git":
        with git_daemon(root) as url:
            yield url
    else:
        with http_backend(root) as served:
            yield served.url


def one_file_commits(origin: Origin, count: int) -> list[str]:
    """That many commits on top of the branch, each changing another file; written in one stream."""
    tip = origin.hash_of(f"refs/heads/{BRANCH}")
    names = sorted(many_files(15_000, size=20))
    stream = []
    for number in range(count):
        body = f"changed by commit {number} on {tip}"
        stream.append(
            f"commit refs/heads/{BRANCH}\ncommitter Ann Author <ann@example.com> {EPOCH + number} +0000\ndata 1\nx\n"
            + (f"from {tip}\n" if number == 0 else "")
            + f"M 100644 inline {names[number * 7 % 15_000]}\ndata {len(body)}\n{body}\n"
        )
    origin.git("fast-import", "--quiet", "--date-format=raw", stdin="".join(stream).encode())
    return origin.git("rev-list", "--reverse", f"{tip}..{BRANCH}").split()


async def test_a_one_file_commit_moves_under_16_kib(line: Line, pool: StorePool) -> None:
    first = line.origin.hash_of(f"refs/heads/{BRANCH}")
    assert first
    await pool.ensure(line.url, first, BRANCH, NOBODY)
    moved = [await line.moved(pool, commit) for commit in one_file_commits(line.origin, 5)]
    assert max(moved) < 16 * KIB


async def test_a_jump_over_a_thousand_commits_moves_only_what_differs(line: Line, pool: StorePool) -> None:
    first = line.origin.hash_of(f"refs/heads/{BRANCH}")
    assert first
    await pool.ensure(line.url, first, BRANCH, NOBODY)
    commits = one_file_commits(line.origin, 1000)
    assert await line.moved(pool, commits[-1]) < 700 * KIB  # a thousand files and their folders, not 15,000
    assert await line.moved(pool, one_file_commits(line.origin, 1)[-1]) < 16 * KIB


async def test_the_hundredth_push_costs_what_the_first_did(origin: Origin, pool: StorePool) -> None:
    await _pushes_stay_small(origin, pool, many_files(300), 100)


@pytest.mark.torture
async def test_the_thousandth_push_costs_what_the_first_did(large: Origin, pool: StorePool) -> None:
    with git_daemon(large.path.parent) as daemon, counting(int(daemon.rpartition(":")[2])) as counter:
        line = Line(large, f"git://127.0.0.1:{counter.port}/large.git", counter)
        first = large.hash_of(f"refs/heads/{BRANCH}")
        assert first
        await pool.ensure(line.url, first, BRANCH, NOBODY)
        fresh = sum(pack.stat().st_size for pack in packs(the_store(pool)))
        moved = []
        for commit in one_file_commits(large, 1000):
            counter.reset()
            if (await pool.ensure(line.url, commit, BRANCH, NOBODY)).operation == "fetch":
                moved.append(counter.moved)
            assert len(packs(the_store(pool))) <= 201
        assert len(moved) > 990
        assert max(moved) < 16 * KIB
        assert sum(pack.stat().st_size for pack in packs(the_store(pool))) < 1.5 * fresh + 5 * KIB * KIB


async def _pushes_stay_small(origin: Origin, pool: StorePool, files: dict[str, bytes], count: int) -> None:
    first = origin.commit(files)
    with git_daemon(origin.path.parent) as daemon, counting(int(daemon.rpartition(":")[2])) as counter:
        line = Line(origin, f"git://127.0.0.1:{counter.port}/{origin.path.name}", counter)
        await pool.ensure(line.url, first, BRANCH, NOBODY)
        moved, commit = [], first
        for commit in one_file_commits(origin, count):
            moved.append(await line.moved(pool, commit))
        assert max(moved) < 2 * moved[0]
        assert (the_store(pool) / "shallow").read_text() == f"{commit}\n"
        changed = content(pool.tree(line.url, commit))[sorted(many_files(15_000, size=20))[(count - 1) * 7]]
        assert changed.startswith(b"changed by commit %d " % (count - 1))
