"""Ten agents of one process that want the same commit cost one fetch, and one failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from stoker.errors import GitServerError
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Inline

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

T = TypeVar("T")
NOBODY = Credentials.none()


class Gate(Inline):
    """Work waits until the gate is opened."""

    def __init__(self) -> None:
        self.open = trio.Event()

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """As Inline, later."""
        await self.open.wait()
        return await super().__call__(work, deadline=deadline, what=what)


@pytest.fixture
def gate() -> Gate:
    """Closed."""
    return Gate()


@pytest.fixture
def gated(tmp_path: Path, gate: Gate) -> StorePool:
    """Stores whose fetches wait for the gate."""
    return StorePool(tmp_path / "stores", offload=gate)


async def test_ten_at_once_fetch_once(http: HttpServer, origin: Origin, gate: Gate, gated: StorePool) -> None:
    commit, url = origin.commit({"a": "1"}), f"{http.url}/{origin.path.name}"
    operations: list[str] = []

    async def ask() -> None:
        operations.append((await gated.ensure(url, commit, "main", NOBODY)).operation)

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        gate.open.set()
    assert sorted(operations) == ["clone"] + ["present"] * 9
    assert sum(method == "GET" for method, _, _ in http.requests) == 1


async def test_ten_at_once_share_one_failure(http: HttpServer, gate: Gate, gated: StorePool) -> None:
    http.behaviour.status = 500
    caught: list[GitServerError] = []

    async def ask() -> None:
        with pytest.raises(GitServerError) as told:
            await gated.ensure(f"{http.url}/plant.git", "a" * 40, "main", NOBODY)
        caught.append(told.value)

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        gate.open.set()
    assert len({str(error) for error in caught}) == 1
    assert len({id(error) for error in caught}) == 10
    assert len(http.requests) == 1


async def test_those_who_wait_go_on_when_the_first_is_cancelled(
    http: HttpServer, origin: Origin, gate: Gate, gated: StorePool
) -> None:
    commit, url = origin.commit({"a": "1"}), f"{http.url}/{origin.path.name}"
    first = trio.CancelScope()

    async def leader() -> None:
        with first:
            await gated.ensure(url, commit, "main", NOBODY)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(leader)
        await wait_all_tasks_blocked()
        nursery.start_soon(gated.ensure, url, commit, "main", NOBODY)
        await wait_all_tasks_blocked()
        first.cancel()
        gate.open.set()
    assert first.cancelled_caught
    assert gated.tree(url, commit).commit == commit


async def test_another_credential_does_not_share_the_failure(
    http: HttpServer, origin: Origin, gate: Gate, gated: StorePool
) -> None:
    commit, url = origin.commit({"a": "1"}), f"{http.url}/{origin.path.name}"
    http.behaviour.token = "the-right-one"
    told: list[str] = []

    async def ask(token: str) -> None:
        try:
            told.append((await gated.ensure(url, commit, "main", Credentials.token(token))).operation)
        except Exception as error:  # noqa: BLE001 - the kind of it is what is looked at
            told.append(type(error).__name__)

    async with trio.open_nursery() as nursery:
        for token in ("a-wrong-one", "the-right-one"):
            nursery.start_soon(ask, token)
            await wait_all_tasks_blocked()
        gate.open.set()
    assert told == ["GitAuthFailed", "clone"]


async def test_two_commits_of_one_repository_are_fetched_one_after_the_other(
    http: HttpServer, origin: Origin, gate: Gate, gated: StorePool
) -> None:
    commits, url = [origin.commit({"a": text}) for text in "12"], f"{http.url}/{origin.path.name}"
    async with trio.open_nursery() as nursery:
        for commit in commits:
            nursery.start_soon(gated.ensure, url, commit, "main", NOBODY)
        await wait_all_tasks_blocked()
        gate.open.set()
    assert [gated.tree(url, commit).commit for commit in commits] == commits
