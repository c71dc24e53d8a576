"""Stores of repositories that are not used any more leave the disk; those in use, or being read, never do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Inline
from stoker.git.shelves import UNUSED_SECONDS
from tests.fakes.gitrepos import make_origin
from tests.git.stores import content

if TYPE_CHECKING:
    from pathlib import Path

    from trio.testing import MockClock

    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

NOBODY = Credentials.none()


@pytest.fixture
def pool(tmp_path: Path) -> StorePool:
    """Stores, on a clock that tests move."""
    return StorePool(tmp_path / "stores", offload=Inline())


@pytest.fixture
def other(tmp_path: Path) -> Origin:
    """A second repository on the same server."""
    return make_origin(tmp_path / "srv" / "other.git")


def folders(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "stores").iterdir()}


async def ask(pool: StorePool, http: HttpServer, origin: Origin, commit: str) -> str:
    url = f"{http.url}/{origin.path.name}"
    await pool.ensure(url, commit, "main", NOBODY)
    return url


async def test_a_store_goes_hours_after_it_was_asked_for_the_last_time(
    mock_clock: MockClock, tmp_path: Path, pool: StorePool, http: HttpServer, origin: Origin, other: Origin
) -> None:
    used, left = origin.commit({"a": "1"}), other.commit({"b": "1"})
    await ask(pool, http, origin, used)
    kept = folders(tmp_path)
    await ask(pool, http, other, left)
    mock_clock.jump(UNUSED_SECONDS - 1)
    await ask(pool, http, origin, used)
    assert len(folders(tmp_path)) == 2
    mock_clock.jump(2)
    await ask(pool, http, origin, used)
    assert folders(tmp_path) == kept


async def test_it_is_fetched_anew_when_it_is_asked_for_again(
    mock_clock: MockClock, pool: StorePool, http: HttpServer, origin: Origin, other: Origin
) -> None:
    used, left = origin.commit({"a": "1"}), other.commit({"b": "1"})
    url = await ask(pool, http, other, left)
    mock_clock.jump(UNUSED_SECONDS + 1)
    await ask(pool, http, origin, used)
    assert not pool.holds_store(url)
    await ask(pool, http, other, left)
    assert content(pool.tree(url, left)) == {"b": b"1"}


async def test_a_store_that_is_read_stays(
    mock_clock: MockClock, tmp_path: Path, pool: StorePool, http: HttpServer, origin: Origin, other: Origin
) -> None:
    used, left = origin.commit({"a": "1"}), other.commit({"b": "1"})
    tree = pool.tree(await ask(pool, http, other, left), left)
    mock_clock.jump(UNUSED_SECONDS + 1)
    await ask(pool, http, origin, used)
    assert len(folders(tmp_path)) == 2
    assert content(tree) == {"b": b"1"}


async def test_what_an_earlier_process_left_goes_and_what_is_not_ours_stays(
    mock_clock: MockClock, tmp_path: Path, pool: StorePool, http: HttpServer, origin: Origin
) -> None:
    used = origin.commit({"a": "1"})
    await ask(pool, http, origin, used)
    kept = folders(tmp_path)
    (tmp_path / "stores" / ("0" * 24) / "1.git").mkdir(parents=True)
    (tmp_path / "stores" / "lost+found").mkdir()
    mock_clock.jump(UNUSED_SECONDS + 1)
    await ask(pool, http, origin, used)
    assert folders(tmp_path) == kept | {"lost+found"}
