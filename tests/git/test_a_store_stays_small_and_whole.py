"""A store that outgrew a fresh one is fetched anew beside itself, and whoever reads the old one goes on reading."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import CommitGone
from stoker.git import store
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from tests.git.stores import content, packs, the_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.gitrepos import Origin
    from tests.git.conftest import Serve

NOBODY = Credentials.none()


async def test_more_than_200_packs_become_one(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    pack = packs(the_store(pool))[0]
    for number in range(199):
        for suffix in (".pack", ".idx"):
            pack.with_name(f"pack-{number:040x}{suffix}").write_bytes(pack.with_suffix(suffix).read_bytes())
    assert (await pool.ensure(url, origin.commit({"a": "2"}), "main", NOBODY)).operation == "fetch"
    assert len(packs(the_store(pool))) == 201
    assert (await pool.ensure(url, origin.commit({"a": "3"}), "main", NOBODY)).operation == "clone"
    assert len(packs(the_store(pool))) == 1


async def test_more_than_one_and_a_half_times_a_fresh_one_is_fetched_anew(
    origin: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    _outgrow(the_store(pool))
    commit = origin.commit({"a": "2"})
    assert (await pool.ensure(url, commit, "main", NOBODY)).operation == "clone"
    assert content(pool.tree(url, commit)) == {"a": b"2"}
    assert not (the_store(pool) / "objects" / "pack" / "ballast").exists()


@pytest.mark.parametrize(("held", "operation"), [(150, "fetch"), (155, "clone")], ids=["not quite", "a little more"])
async def test_of_a_large_one_that_is_the_bound(
    origin: Origin, fetched_over: Serve, pool: StorePool, held: int, operation: str
) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    (the_store(pool) / store.FRESH_BYTES).write_text(str(100 << 20))
    ballast = the_store(pool) / "objects" / "pack" / "ballast"
    ballast.touch()
    os.truncate(ballast, held << 20)
    assert (await pool.ensure(url, origin.commit({"a": "2"}), "main", NOBODY)).operation == operation


async def test_a_reader_of_the_old_store_is_not_disturbed(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    url = fetched_over(origin)
    first = origin.commit({"a": "1"})
    await pool.ensure(url, first, "main", NOBODY)
    reader = pool.tree(url, first)
    old = the_store(pool)
    _outgrow(old)
    await pool.ensure(url, origin.commit({"a": "2"}, orphan=True), "main", NOBODY)
    assert the_store(pool) != old
    assert content(reader) == {"a": b"1"}


async def test_the_old_store_goes_when_its_last_reader_went(
    origin: Origin, fetched_over: Serve, pool: StorePool
) -> None:
    url = fetched_over(origin)
    first = origin.commit({"a": "1"})
    await pool.ensure(url, first, "main", NOBODY)
    reader = pool.tree(url, first)
    old = the_store(pool)
    _outgrow(old)
    await pool.ensure(url, origin.commit({"a": "2"}), "main", NOBODY)
    assert old.exists()
    del reader
    await pool.ensure(url, origin.commit({"a": "3"}), "main", NOBODY)
    assert [path.name for path in old.parent.iterdir()] == [the_store(pool).name]


async def test_a_failed_renewal_leaves_the_old_store(origin: Origin, fetched_over: Serve, pool: StorePool) -> None:
    url = fetched_over(origin)
    first = origin.commit({"a": "1"})
    await pool.ensure(url, first, "main", NOBODY)
    _outgrow(the_store(pool))
    with pytest.raises(CommitGone):
        await pool.ensure(url, "e" * 40, "main", NOBODY)
    assert (await pool.ensure(url, first, "main", NOBODY)).operation == "present"
    assert content(pool.tree(url, first)) == {"a": b"1"}


async def test_a_crash_while_the_new_store_is_filled_leaves_the_old_one(
    origin: Origin, fetched_over: Serve, pool: StorePool, tmp_path: Path
) -> None:
    url = fetched_over(origin)
    first = origin.commit({"a": "1"})
    await pool.ensure(url, first, "main", NOBODY)
    wreck = the_store(pool).with_name("2.fresh")
    (wreck / "objects").mkdir(parents=True)
    again = StorePool(tmp_path / "stores", offload=Thread())
    assert (await again.ensure(url, first, "main", NOBODY)).operation == "present"
    await again.ensure(url, origin.commit({"a": "2"}), "main", NOBODY)
    assert not wreck.exists()


async def test_a_crash_after_the_new_store_was_put_in_place_leaves_only_that(
    origin: Origin, fetched_over: Serve, pool: StorePool, tmp_path: Path
) -> None:
    url = fetched_over(origin)
    await pool.ensure(url, origin.commit({"a": "1"}), "main", NOBODY)
    old = the_store(pool)
    _outgrow(old)
    second = origin.commit({"a": "2"})
    held = pool.tree(url, second) if store.has_commit(old, second) else pool.tree(url, _tip(old))
    await pool.ensure(url, second, "main", NOBODY)
    assert old.exists()  # as if the process had died before it swept
    again = StorePool(tmp_path / "stores", offload=Thread())
    await again.ensure(url, origin.commit({"a": "3"}), "main", NOBODY)
    assert not old.exists()
    del held


async def test_nothing_of_a_store_stays_open_between_two_syncs(
    origin: Origin, fetched_over: Serve, pool: StorePool, tmp_path: Path
) -> None:
    url = fetched_over(origin)
    for text in "12":
        commit = origin.commit({"a": text})
        await pool.ensure(url, commit, "main", NOBODY)
        assert content(pool.tree(url, commit)) == {"a": text.encode()}
    assert str(tmp_path / "stores") not in await trio.Path("/proc/self/maps").read_text()


def _outgrow(found: Path) -> None:
    (found / "objects" / "pack" / "ballast").write_bytes(b"x" * (store.SLACK + 100_000))


def _tip(found: Path) -> str:
    return (found / store.TIP).read_text().strip()
