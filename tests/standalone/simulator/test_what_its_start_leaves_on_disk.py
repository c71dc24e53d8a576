"""The gateway's own files: made by its start, by the container's init step, and by its scans."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import trio
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway
    from tests.standalone.simulator.conftest import Ask, Resource


async def test_a_start_makes_identity_and_folders_and_keeps_them(
    gateway: SimulatedGateway, data: Path, nursery: trio.Nursery
) -> None:
    await nursery.start(gateway.background)
    identity = (data / ".uuid").read_text()
    made = ("var", "db", "metricsdb", "jar-cache", "certificates", "autobackup", "config/local")
    assert all((data / name).is_dir() for name in made)
    assert all((data / name).is_file() for name in ("gateway.xml", "redundancy.xml", "modules.json", "valueStore.idb"))
    gateway.restart()
    await nursery.start(gateway.background)
    assert (data / ".uuid").read_text() == identity


async def test_a_bare_gateway_makes_none(gateway: SimulatedGateway, data: Path, nursery: trio.Nursery) -> None:
    gateway.makes_own_files = False
    await nursery.start(gateway.background)
    assert os.listdir(data) == []


async def test_an_empty_volume_is_seeded_once_and_over_what_a_first_sync_wrote(
    gateway: SimulatedGateway, data: Path, nursery: trio.Nursery
) -> None:
    gateway.seed = {"projects/Plant/project.json": b'{"title": "seeded"}'}
    (data / "projects/Plant").mkdir(parents=True)
    (data / "projects/Plant/project.json").write_text('{"title": "synced"}')
    await nursery.start(gateway.background)
    assert b"seeded" in (data / "projects/Plant/project.json").read_bytes()
    assert (data / ".ignition-seed-complete").exists()
    (data / "projects/Plant/project.json").write_text('{"title": "synced"}')
    await nursery.start(gateway.background)
    assert b"synced" in (data / "projects/Plant/project.json").read_bytes()


async def test_a_scan_makes_its_own_folder_in_projects_and_collections(
    gateway: SimulatedGateway,
    ask: Ask,
    data: Path,
    resource: Callable[[str], Resource],
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    resource("A").write(view_json="{}")
    (data / "config/resources/core").mkdir(parents=True)
    await nursery.start(gateway.background)
    await ask.scanned("projects")
    await ask.scanned("config")
    assert (data / "projects/Plant/.resources").is_dir()
    assert (data / "config/resources/core/.resources").is_dir()
    assert gateway.record.unwritable == []


async def test_a_place_where_it_cannot_is_recorded(
    gateway: SimulatedGateway, ask: Ask, data: Path, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    (data / "projects/Plant").mkdir(parents=True)
    (data / "projects/Plant/.resources").write_text("in the way")
    await nursery.start(gateway.background)
    await ask.scanned("projects")
    assert [what.split(":")[0] for what in gateway.record.unwritable] == ["projects/Plant/.resources"]
