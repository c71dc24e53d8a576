"""The record of half-written resources: what a scan that reads at the wrong moment sees, and what is no fault."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.standalone.simulator.manifests import Resource as Whole
from stoker.standalone.simulator.manifests import read
from tests.standalone.simulator.conftest import API, Ask, Resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway


@pytest.fixture
async def alive(gateway: SimulatedGateway, nursery: trio.Nursery, autojump_clock: MockClock) -> SimulatedGateway:
    """The gateway, scanning when asked."""
    await nursery.start(gateway.background)
    return gateway


async def test_whole_resources_are_no_fault(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    resource("A").write(view_json="{}", thumbnail_png="png")
    await ask.scanned()
    assert (alive.half_written, alive.record.mixed, alive.rewritten) == ([], [], [])


async def test_a_missing_file_is_recorded(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    resource("A").write(view_json="{}", thumbnail_png="png")
    (resource("A").folder / "thumbnail.png").unlink()
    await ask.scanned()
    assert alive.half_written == ["projects/Plant/views/A: its file thumbnail.png is missing"]


@pytest.mark.parametrize("text", ["", '{"files": ["view', "[]", '{"files": "view.json"}'])
async def test_a_manifest_that_is_cut_off_is_recorded(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource], text: str
) -> None:
    resource("A").manifest.write_text(text)
    await ask.scanned()
    assert len(alive.half_written) == 1


async def test_a_cut_off_project_file_is_recorded(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, data: Path
) -> None:
    (data / "projects/Plant").mkdir(parents=True)
    (data / "projects/Plant/project.json").write_text('{"title": ')
    await ask.scanned()
    assert alive.half_written == ["projects/Plant: its project.json is no JSON"]


async def test_a_manifest_that_was_there_before_its_files_is_recorded(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="old")
    await ask.scanned()
    made.manifest.write_text(made.signed({"view.json": "new"}))  # the wrong order: resource.json first
    await ask.scanned()
    made.write(view_json="new")
    await ask.scanned()
    assert alive.half_written == ["projects/Plant/views/A: its resource.json was there before its files"]


async def test_files_hashed_under_the_old_manifest_are_recorded_as_mixed(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="old")
    await ask.scanned()
    (made.folder / "view.json").write_text("new")  # the right order, and a scan in the middle
    await ask.scanned()
    made.write(view_json="new")
    await ask.scanned()
    assert (alive.half_written, alive.record.mixed) == ([], ["projects/Plant/views/A"])


async def test_files_that_went_and_came_back_under_one_manifest_are_no_fault(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="old")
    await ask.scanned()
    (made.folder / "view.json").write_text("new")  # a merge that is undone, and a scan in the middle
    await ask.scanned()
    made.write(view_json="old")
    await ask.scanned()
    assert alive.half_written == []


async def test_an_edit_by_hand_that_is_taken_back_is_no_fault(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="old")
    await ask.scanned()
    made.write(view_json="new")  # not seen before somebody
    (made.folder / "view.json").write_text("by hand")
    await ask.scanned()
    made.write(view_json="new")
    await ask.scanned()
    assert alive.half_written == []


async def test_one_of_two_files_that_came_after_the_manifest_is_recorded(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(a="old", b="old")
    await ask.scanned()
    (made.folder / "a").write_text("new")
    made.manifest.write_text(made.signed({"a": "new", "b": "new"}))
    await ask.scanned()
    made.write(a="new", b="new")
    await ask.scanned()
    assert alive.half_written == ["projects/Plant/views/A: its resource.json was there before its files"]


async def test_a_resource_edited_without_a_signature_is_neither(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="one")
    for text in ("two", "three"):
        (made.folder / "view.json").write_text(text)
        await ask.scanned()
    assert (alive.half_written, alive.record.mixed) == ([], [])
    assert alive.rewritten == ["projects/Plant/views/A/resource.json"] * 2


async def test_what_the_gateway_rewrote_itself_is_not_mixed_when_it_is_looked_at_again(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="one")
    (made.folder / "view.json").write_text("two")
    await ask.scanned()
    made.manifest.write_bytes(made.manifest.read_bytes())  # checked in from the gateway, and synced back
    await ask.scanned()
    assert (alive.half_written, alive.record.mixed, len(alive.rewritten)) == ([], [], 1)


async def test_a_deleted_resource_is_no_fault(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="{}")
    await ask.scanned()
    made.manifest.unlink()
    await ask.scanned()
    assert alive.half_written == []


async def test_the_record_can_be_asked_for_over_http(
    autojump_clock: MockClock, alive: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource]
) -> None:
    resource("A").manifest.write_text("{")
    await ask.scanned()
    record = (await ask.get("/simulator/record")).json()
    assert record["halfWritten"] == ["projects/Plant/views/A: its resource.json is no JSON"]
    assert record["scans"] == ["projects"]


async def test_the_record_tells_whether_a_request_had_a_key_and_never_which(ask: Ask) -> None:
    await ask.get("/system/gwinfo")
    await ask.post(f"{API}/scan/projects")
    text = (await ask.get("/simulator/record")).text
    assert "s3cret" not in text
    assert [(asked.path, asked.keyed, asked.status) for asked in ask.gateway.record.asked] == [
        ("/system/gwinfo", False, 200),
        (f"{API}/scan/projects", True, 200),
    ]


async def test_a_writer_who_replaces_whole_resources_is_never_accused(
    gateway: SimulatedGateway, ask: Ask, resource: Callable[[str], Resource], nursery: trio.Nursery
) -> None:
    gateway.inline = False
    await nursery.start(gateway.background)
    made = resource("A")

    def replace() -> None:
        for number in range(300):
            names = {"view.json": f"view {number}"} | ({"extra.json": "x"} if number % 2 else {})
            for name, text in names.items():
                (made.folder / "new").write_text(text)
                (made.folder / "new").replace(made.folder / name)
            (made.folder / "new").write_text(made.signed(names))
            (made.folder / "new").replace(made.manifest)
            if not number % 2:
                (made.folder / "extra.json").unlink(missing_ok=True)

    done = trio.Event()

    async def scan_meanwhile() -> None:
        while not done.is_set():
            await ask.scanned()

    async with trio.open_nursery() as both:
        both.start_soon(scan_meanwhile)
        await trio.to_thread.run_sync(replace)
        done.set()
    assert gateway.half_written == []
    assert len(gateway.scans) > 3


def test_a_manifest_that_is_replaced_while_its_files_are_read_is_read_again(
    resource: Callable[[str], Resource],
) -> None:
    made = resource("A")
    made.write(gate="", extra="x")
    (made.folder / "gate").unlink()
    os.mkfifo(made.folder / "gate")  # the reader stops here until somebody writes
    found: list[object] = []
    reader = threading.Thread(target=lambda: found.append(read(made.folder)))
    reader.start()
    with (made.folder / "gate").open("w"):
        (made.folder / "new").write_text(made.signed({"view.json": "new"}))
        (made.folder / "view.json").write_text("new")
        (made.folder / "new").replace(made.manifest)
        (made.folder / "extra").unlink()
    reader.join()
    assert isinstance(found[0], Whole)
    assert found[0].payloads == {"view.json": b"new"}
