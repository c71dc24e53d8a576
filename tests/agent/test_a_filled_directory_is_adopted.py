"""The first sync of a gateway that has lived without Stoker: what is as wanted stays, much that would go is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.agent.plant import FILES

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

FOREIGN = {f"projects/old/views/v{number}.json": f"made by hand, {number}" for number in range(40)}


@pytest.fixture
def filled(plant: Plant) -> Plant:
    """Forty views that the repository does not hold, and one file that it does."""
    for path, text in (
        FOREIGN | {".uuid": "u", "projects/line1/project.json": FILES["projects/line1/project.json"]}
    ).items():
        plant.edit(text, path)
    return plant


async def test_the_gateway_starts_as_it_is_and_the_error_names_the_command(
    autojump_clock: MockClock, filled: Plant
) -> None:
    agent = await filled.run(1)
    assert agent.health.started() == {}
    assert filled.report.sync_status == "Error"
    said = filled.report.error_message
    assert "would delete 40 of 41 managed files: this is the first sync of a directory that is filled already" in said
    commit = filled.origin.hash_of("main")
    assert f"kubectl annotate gatewaysync -n plant line stoker.io/allow-mass-delete={commit} --overwrite" in said
    filled.gateway.start()
    await trio.sleep(120)
    assert all(filled.live(path) == text for path, text in FOREIGN.items())
    assert filled.live("projects/line1/ignition/script-python/code/code.py") is None


async def test_once_it_is_allowed_all_of_it_is_as_in_the_commit_and_what_went_is_kept(
    autojump_clock: MockClock, filled: Plant
) -> None:
    await filled.run(1)
    filled.gateway.start()
    await filled.want(allow_mass_delete=filled.origin.hash_of("main"))
    await trio.sleep(10)
    assert filled.report.sync_status == "Synced"
    assert all(filled.live(path) is None for path in FOREIGN)
    assert all(filled.live(path) == text for path, text in FILES.items())
    kept = {file.read_text() for file in (filled.data / ".stoker/kept").rglob("*.json")}
    assert kept == set(FOREIGN.values())


async def test_a_directory_that_is_as_the_commit_is_adopted_without_a_write(
    autojump_clock: MockClock, plant: Plant
) -> None:
    for path, text in FILES.items():
        plant.edit(text, path)
    before = {path: (plant.data / path).stat().st_ino for path in FILES}
    await plant.run(1)
    plant.gateway.start()
    await trio.sleep(10)
    assert plant.report.sync_status == "Synced"
    assert {path: (plant.data / path).stat().st_ino for path in FILES} == before
    assert plant.report.files_changed == 0
