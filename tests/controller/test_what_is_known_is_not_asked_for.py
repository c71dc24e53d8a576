"""Watches and the answers to own writes make one picture: newest counts, late news are none, what no watch shows is asked for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import trio

from stoker.controller.belongings import MAPS
from stoker.controller.pictures import Picture, View
from stoker.errors import Conflict, ObjectNotFound
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.informer import Informer
from stoker.kube.memory import MemoryCluster
from tests.controller.house import NS, House

KEY = (NS, "map")


def made(version: int, uid: str = "one") -> Any:
    meta = {"name": "map", "namespace": NS, "uid": uid, "resourceVersion": str(version)}
    return msgspec.convert({"metadata": meta}, CONFIGMAPS.type)


@pytest.fixture
def picture() -> Picture[Any]:
    picture: Picture[Any] = Picture()
    picture.complete.add(NS)
    return picture


async def test_an_answer_is_newer_than_the_news_that_follow_it(picture: Picture[Any]) -> None:
    picture.told(None, made(1))
    assert picture.note(made(3))
    assert picture.told(made(1), made(2)) == (False, made(3))
    assert picture.told(made(2), made(3)) == (False, made(3))
    assert picture.told(made(3), made(4)) == (True, made(3))
    assert picture.find(KEY) == made(4)


async def test_a_watch_that_goes_back_is_believed(picture: Picture[Any]) -> None:
    picture.told(None, made(8))
    assert picture.told(made(8), made(5)) == (True, made(8))
    assert picture.find(KEY) == made(5)
    picture.note(made(7))
    assert picture.told(made(5), made(6)) == (False, made(7)), "only late"


async def test_a_write_that_a_later_list_does_not_show_was_undone(
    autojump_clock: object, picture: Picture[Any]
) -> None:
    informer: Informer[Any] = Informer(MemoryCluster(), CONFIGMAPS, on_change=lambda *_: None)
    picture.note(made(8))
    await trio.sleep(1)
    assert picture.relisted(informer, asked_at=trio.current_time()) == [made(8)]
    with pytest.raises(ObjectNotFound):
        picture.find(KEY)


async def test_one_of_while_it_was_listed_stands(autojump_clock: object, picture: Picture[Any]) -> None:
    informer: Informer[Any] = Informer(MemoryCluster(), CONFIGMAPS, on_change=lambda *_: None)
    asked_at = trio.current_time()
    await trio.sleep(1)
    picture.note(made(8))
    assert picture.relisted(informer, asked_at=asked_at) == []
    assert picture.find(KEY) == made(8)


async def test_late_news_are_no_proof_of_the_last_write(autojump_clock: object, picture: Picture[Any]) -> None:
    picture.note(made(8))
    picture.told(None, made(7))
    await trio.sleep(61)
    assert picture.find(KEY) is None, "the server is asked"
    picture.answered(made(5), picture.present(KEY))
    assert picture.find(KEY) == made(5)


async def test_after_a_conflict_the_server_is_asked(resolved: House) -> None:
    picture: Picture[Any] = Picture()
    picture.complete.add(NS)
    view = View(resolved.cluster, {CONFIGMAPS.plural: picture})
    known = await view.patch(CONFIGMAPS, NS, "stoker-status-main", {"data": {"gw-0": "{}"}})
    await resolved.cluster.patch(CONFIGMAPS, NS, "stoker-status-main", {"data": {"gw-1": "{}"}})
    stale = {"metadata": {"resourceVersion": known.metadata.resource_version}, "data": {"gw-0": None}}
    with pytest.raises(Conflict):
        await view.patch(CONFIGMAPS, NS, "stoker-status-main", stale)
    assert (await view.get(CONFIGMAPS, NS, "stoker-status-main")).data == resolved.data("stoker-status-main")


async def test_the_end_of_a_predecessor_is_not_the_successor_s(picture: Picture[Any]) -> None:
    picture.note(made(5, uid="two"))
    assert picture.told(made(4), None) == (False, made(5, uid="two"))
    assert picture.told(made(5, uid="two"), None)[0]
    with pytest.raises(ObjectNotFound):
        picture.find(KEY)


async def test_an_answer_without_news_is_believed_for_a_minute(autojump_clock: object, picture: Picture[Any]) -> None:
    picture.note(made(1))
    await trio.sleep(59)
    assert picture.find(KEY) == made(1)
    await trio.sleep(2)
    assert picture.find(KEY) is None, "the server is asked"
    picture.told(None, made(1))
    assert picture.find(KEY) == made(1)


async def test_a_map_that_went_before_any_watch_saw_it_comes_again(house: House) -> None:
    """Its creation was answered, the watch of it broke, and somebody deleted it meanwhile: nobody tells of that."""
    house.cluster.refuse("watch", "configmaps", times=10_000)
    await house.resource()
    await house.cluster.delete(CONFIGMAPS, NS, "stoker-status-main")
    await house.advance(3600)
    assert house.data("stoker-status-main") is not None


def test_what_cannot_be_known_is_neither_there_nor_absent(picture: Picture[Any]) -> None:
    assert picture.find(("elsewhere", "map")) is None
    picture.doubt(KEY)
    assert picture.find(KEY) is None


async def test_a_new_resource_takes_two_passes_and_no_read_of_what_is_watched(house: House) -> None:
    for verb, plural in (("get", "configmaps"), ("get", "rolebindings"), ("get", "gatewaysyncs")):
        house.cluster.refuse(verb, plural, times=99)
    await house.resource()
    assert house.words("RefResolved")[0] == "True"
    assert house.cluster.refused == []
    assert passes(house) <= 3, "own writes wake nobody"


def passes(house: House) -> float:
    return sum(house.value("reconcile_total", result=result) or 0 for result in ("success", "requeue", "error"))


async def test_a_new_entry_in_a_history_is_news_to_nobody(resolved: House) -> None:
    await resolved.pod("gw-0")
    await resolved.cluster.patch(CONFIGMAPS, NS, "stoker-changes-main", {"data": {"gw-0": "[]"}})
    await resolved.settle()
    before = passes(resolved)
    await resolved.cluster.patch(CONFIGMAPS, NS, "stoker-changes-main", {"data": {"gw-0": "[1]"}})
    await resolved.settle()
    assert passes(resolved) == before
    assert resolved.data("stoker-changes-main") == {"gw-0": "[1]"}


async def test_and_is_not_kept() -> None:
    picture: Picture[Any] = Picture(MAPS.trim)
    for name, kept in (("stoker-changes-main", ""), ("stoker-status-main", "long")):
        item = msgspec.structs.replace(made(1), data={"gw-0": "long"})
        item = msgspec.structs.replace(item, metadata=msgspec.structs.replace(item.metadata, name=name))
        picture.note(item)
        assert picture.find((NS, name)) == msgspec.structs.replace(item, data={"gw-0": kept})


@pytest.mark.parametrize("kind", ["metadata", "status", "changes"])
async def test_a_map_without_its_labels_is_found_and_given_them(house: House, kind: str) -> None:
    name = f"stoker-{kind}-main"
    await house.cluster.create(CONFIGMAPS, NS, {"metadata": {"name": name}, "data": {"gw-0": "{}"}})
    await house.resource()
    await house.advance(2)
    found = house.cluster.peek(CONFIGMAPS, NS, name)
    assert found is not None
    assert found.metadata.labels["stoker.io/cr-name"] == "main"


async def test_labels_that_somebody_takes_away_come_back(resolved: House) -> None:
    patch = {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}
    await resolved.cluster.patch(CONFIGMAPS, NS, "stoker-metadata-main", patch)
    await resolved.advance(2)
    found = resolved.cluster.peek(CONFIGMAPS, NS, "stoker-metadata-main")
    assert found is not None
    assert found.metadata.labels["app.kubernetes.io/managed-by"] == "stoker-controller"
