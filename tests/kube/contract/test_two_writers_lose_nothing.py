"""Concurrency: merge patches of different keys all arrive; with a precondition exactly one of two wins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.errors import AlreadyExists, Conflict
from stoker.kube.cluster import CONFIGMAPS

if TYPE_CHECKING:
    from tests.kube.contract.conftest import Store


async def test_a_hundred_writers_of_their_own_keys_never_conflict(store: Store) -> None:
    await store.configmap("a")
    async with trio.open_nursery() as nursery:
        for number in range(100):
            nursery.start_soon(partial(store.patch, "a", {"data": {f"pod-{number}": str(number)}}))
    data = (await store.cluster.get(CONFIGMAPS, store.namespace, "a")).data
    assert data == {f"pod-{number}": str(number) for number in range(100)}


async def test_of_two_writers_with_the_same_precondition_one_wins(store: Store) -> None:
    version = (await store.configmap("a")).metadata.resource_version
    outcomes: list[str] = []

    async def write(value: str) -> None:
        try:
            await store.patch("a", {"metadata": {"resourceVersion": version}, "data": {"k": value}})
            outcomes.append(value)
        except Conflict:
            outcomes.append("conflict")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(write, "one")
        nursery.start_soon(write, "two")
    assert sorted(outcomes)[0] == "conflict"
    assert (await store.cluster.get(CONFIGMAPS, store.namespace, "a")).data["k"] == sorted(outcomes)[1]


async def test_counting_with_preconditions_counts_right(store: Store) -> None:
    await store.configmap("a", {"n": "0"})

    async def count() -> None:
        while True:
            seen = await store.cluster.get(CONFIGMAPS, store.namespace, "a")
            try:
                number = str(int(seen.data["n"]) + 1)
                await store.patch(
                    "a", {"metadata": {"resourceVersion": seen.metadata.resource_version}, "data": {"n": number}}
                )
            except Conflict:
                continue
            return

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(count)
    assert (await store.cluster.get(CONFIGMAPS, store.namespace, "a")).data["n"] == "10"


async def test_of_two_creators_one_wins(store: Store) -> None:
    outcomes: list[bool] = []

    async def create() -> None:
        try:
            await store.configmap("a")
            outcomes.append(True)
        except AlreadyExists:
            outcomes.append(False)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(create)
        nursery.start_soon(create)
    assert sorted(outcomes) == [False, True]
