"""Whatever a disk or a person did to a store: the next sync has its commit, or a clear error says what stands in the way."""

from __future__ import annotations

import resource
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from stoker.errors import StoreBroken, StoreUnwritable
from stoker.git.credentials import Credentials
from tests.git.stores import content, packs, the_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

NOBODY = Credentials.none()


def _cut(path: Path) -> None:
    _fill(path, path.read_bytes()[: path.stat().st_size // 2])


def _fill(path: Path, data: bytes) -> None:
    """As a new file, as a start after a power cut finds it; one that shrinks while it is mapped kills any process."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 4, len(data) - 20, 97):
        data[at] ^= 0xFF
    _fill(path, bytes(data))


def _replaced_by_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("not a folder")


def _emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "pack cut": lambda store: _cut(packs(store)[0]),
    "pack empty": lambda store: _fill(packs(store)[0], b""),
    "pack flipped": lambda store: _flip(packs(store)[0]),
    "pack gone": lambda store: packs(store)[0].unlink(),
    "idx gone": lambda store: packs(store)[0].with_suffix(".idx").unlink(),
    "idx cut": lambda store: _cut(packs(store)[0].with_suffix(".idx")),
    "idx empty": lambda store: _fill(packs(store)[0].with_suffix(".idx"), b""),
    "HEAD gone": lambda store: (store / "HEAD").unlink(),
    "HEAD nonsense": lambda store: _fill(store / "HEAD", b"\xff\xfe nonsense"),
    "config nonsense": lambda store: _fill(store / "config", b"[core\n\x00bare = = ["),
    "config gone": lambda store: (store / "config").unlink(missing_ok=True),
    "tip nonsense": lambda store: _fill(store / "refs/stoker/tip", b"nonsense"),
    "tip of another": lambda store: _fill(store / "refs/stoker/tip", b"a" * 40 + b"\n"),
    "shallow nonsense": lambda store: _fill(store / "shallow", b"nonsense\n"),
    "shallow empty": lambda store: _fill(store / "shallow", b""),
    "packs are a file": lambda store: _replaced_by_a_file(store / "objects" / "pack"),
    "objects are a file": lambda store: _replaced_by_a_file(store / "objects"),
    "objects gone": lambda store: shutil.rmtree(store / "objects"),
    "store empty": _emptied,
    "store is a file": _replaced_by_a_file,
    "a lock left": lambda store: [(store / name).write_text("") for name in ("shallow.lock", "refs/stoker/tip.lock")],
}


async def _sync(pool: StorePool, url: str, commit: str) -> dict[str, bytes]:
    """As an agent does it: a store that breaks while it is read is discarded, once."""
    await pool.ensure(url, commit, "main", NOBODY)
    try:
        return content(pool.tree(url, commit))
    except StoreBroken:
        pool.discard(url)
    await pool.ensure(url, commit, "main", NOBODY)
    return content(pool.tree(url, commit))


@pytest.mark.parametrize("what", DAMAGE)
async def test_the_same_commit_and_the_next_can_be_had_again(
    http: HttpServer, origin: Origin, pool: StorePool, what: str
) -> None:
    url = f"{http.url}/{origin.path.name}"
    files = {f"d{number % 5}/f{number}": b"%d" % (number * 7919) * 20 for number in range(50)}
    commit = origin.commit(files)
    await pool.ensure(url, commit, "main", NOBODY)
    DAMAGE[what](the_store(pool))
    assert await _sync(pool, url, commit) == files
    DAMAGE[what](the_store(pool))
    assert await _sync(pool, url, origin.commit({"d0/f0": b"new"})) == {**files, "d0/f0": b"new"}


async def test_a_store_blamed_without_reason_is_kept(http: HttpServer, origin: Origin, pool: StorePool) -> None:
    url = f"{http.url}/{origin.path.name}"
    commit = origin.commit({"a": "1"})
    await pool.ensure(url, commit, "main", NOBODY)
    before = the_store(pool)
    pool.discard(url)
    assert (await pool.ensure(url, commit, "main", NOBODY)).operation == "present"
    assert the_store(pool) == before


async def test_a_broken_local_repository_is_named_with_what_to_run(origin: Origin, pool: StorePool) -> None:
    commit = origin.commit({"a": "1"})
    origin.git("repack", "-qad")
    packs(origin.path)[0].unlink()
    with pytest.raises(Exception, match=r"git fsck|push it"):
        await pool.ensure(origin.url, commit, "main", NOBODY)


@contextmanager
def _full_disk() -> Iterator[None]:
    """No file of this process may grow past 4 KiB, which fails like a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("first", [True, False])
async def test_a_full_disk_is_named_and_nothing_is_lost(
    http: HttpServer, origin: Origin, pool: StorePool, first: bool
) -> None:
    url = f"{http.url}/{origin.path.name}"
    old = origin.commit({"a": "1"})
    if not first:
        await pool.ensure(url, old, "main", NOBODY)
    big = origin.commit({f"f{number}": bytes(range(256)) * 8 + b"%d" % number for number in range(100)})
    with _full_disk(), pytest.raises(StoreUnwritable, match="check the space"):
        await pool.ensure(url, big, "main", NOBODY)
    await pool.ensure(url, old, "main", NOBODY)
    assert content(pool.tree(url, old)) == {"a": b"1"}
    await pool.ensure(url, big, "main", NOBODY)
    assert len(content(pool.tree(url, big))) == 101


async def test_a_stores_folder_that_cannot_be_made_is_named(
    http: HttpServer, origin: Origin, pool: StorePool, tmp_path: Path
) -> None:
    (tmp_path / "stores").write_text("a file stands here")
    with pytest.raises(StoreUnwritable, match="check the space and rights"):
        await pool.ensure(f"{http.url}/{origin.path.name}", origin.commit({"a": "1"}), "main", NOBODY)
