"""An answer that says "there is none" is about what was there when it was asked: what came since is another object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from stoker.controller.pictures import Picture, View
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.memory import MemoryCluster

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NS, NAME = "plant", "map"
KEY = (NS, NAME)


def made(version: int, uid: str) -> Any:
    meta = {"name": NAME, "namespace": NS, "uid": uid, "resourceVersion": str(version)}
    return msgspec.convert({"metadata": meta}, CONFIGMAPS.type)


class Meanwhile(MemoryCluster):
    """While an answer is on its way ``happens`` does."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens = happens

    async def _enter(self, verb: str) -> None:
        await super()._enter(verb)
        self._happens()


@pytest.fixture
def picture() -> Picture[Any]:
    picture: Picture[Any] = Picture()
    picture.complete.add(NS)
    return picture


async def get(view: View) -> None:
    await view.get(CONFIGMAPS, NS, NAME)


async def patch(view: View) -> None:
    await view.patch(CONFIGMAPS, NS, NAME, {"data": {}})


async def delete(view: View) -> None:
    await view.delete(CONFIGMAPS, NS, NAME)


@pytest.mark.parametrize("ask", [patch, delete])
async def test_whoever_was_made_meanwhile_stays_known(
    picture: Picture[Any], ask: Callable[[View], Awaitable[None]]
) -> None:
    first, second = made(1, "first"), made(2, "second")
    picture.told(None, first)

    def happens() -> None:
        picture.told(first, None)
        picture.told(None, second)

    with pytest.raises(ObjectNotFound):
        await ask(View(Meanwhile(happens), {CONFIGMAPS.plural: picture}))
    assert picture.find(KEY) == second


async def test_so_it_does_where_nothing_was_known(picture: Picture[Any]) -> None:
    picture.doubt(KEY)
    second = made(2, "second")

    def happens() -> None:
        picture.told(None, second)

    with pytest.raises(ObjectNotFound):
        await get(View(Meanwhile(happens), {CONFIGMAPS.plural: picture}))
    assert picture.find(KEY) == second


async def test_who_is_gone_is_forgotten_when_nothing_came(picture: Picture[Any]) -> None:
    picture.told(None, made(1, "first"))
    with pytest.raises(ObjectNotFound):
        await patch(View(MemoryCluster(), {CONFIGMAPS.plural: picture}))
    with pytest.raises(ObjectNotFound):
        picture.find(KEY)


async def test_a_successor_stays_known_when_its_predecessor_s_deletion_is_answered(picture: Picture[Any]) -> None:
    cluster = MemoryCluster()
    first = await cluster.create(CONFIGMAPS, NS, {"metadata": {"name": NAME}})
    second = made(99, "second")
    picture.told(None, first)

    async def deleted(*_: Any, **__: Any) -> None:
        picture.told(first, None)
        picture.told(None, second)

    cluster.delete = deleted  # type: ignore[method-assign]
    await delete(View(cluster, {CONFIGMAPS.plural: picture}))
    assert picture.find(KEY) == second
