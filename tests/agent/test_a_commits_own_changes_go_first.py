"""In a large directory what a new commit changes is live and scanned before all the rest is compared with it."""

from __future__ import annotations

import dataclasses
import os
from functools import partial
from typing import TYPE_CHECKING, Literal

import pytest
import trio

from stoker.agent.profile import PROTECTION
from stoker.agent.profile import request as engine_request
from stoker.sync.difference import Difference
from stoker.sync.engine import PARTIAL_FROM, Engine
from tests.agent.gateway import session
from tests.agent.plant import FILES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from trio.testing import MockClock

    from stoker.api.handoff import Metadata
    from stoker.sync.plan import SyncRequest
    from tests.agent.plant import Plant
    from tests.fakes.gitrepos import Origin

PATH = "projects/line1/project.json"
OTHER = "projects/line1/views/7.json"
MADE = "projects/line1/views/made.json"


@pytest.fixture
def origin(origin: Origin) -> Origin:
    """The same repository, and so many views that looking at all of them is worth putting off."""
    origin.commit({f"projects/line1/views/{number}.json": f"{number}" for number in range(PARTIAL_FROM)})
    return origin


@pytest.fixture
def seen(synced: Plant) -> list[tuple[str | None, str | None]]:
    """What is live at each projects scan, of the file that commits change and of the other."""
    found: list[tuple[str | None, str | None]] = []
    answer = synced.gateway.handle_async_request

    async def looking(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/scan/projects"):
            found.append((synced.live(PATH), synced.live(OTHER)))
        return await answer(request)

    synced.gateway.handle_async_request = looking  # type: ignore[method-assign]
    return found


async def test_they_are_scanned_first_and_what_drifted_after(
    autojump_clock: MockClock, synced: Plant, seen: list[tuple[str | None, str | None]]
) -> None:
    synced.edit("by hand", OTHER)
    commit = await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert seen == [("new", "by hand"), ("new", "7")]
    assert (synced.report.sync_status, synced.report.synced_commit) == ("Synced", commit)


async def test_where_nothing_drifted_one_scan_is_enough(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert synced.gateway.scans == ["projects", "config"]
    assert synced.report.sync_status == "Synced"


async def test_the_history_tells_it_as_one_sync(autojump_clock: MockClock, synced: Plant) -> None:
    synced.edit("by hand", OTHER)
    before = len(synced.history)
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    (entry,) = synced.history[before:]
    assert (entry.trigger, entry.modified_paths, entry.result) == ("commit", [PATH, OTHER], "success")
    assert [path.endswith(OTHER) for path in entry.kept_paths] == [True]


async def test_designer_sessions_hold_up_all_of_it(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.profiled(designer_session_policy="wait")
    await trio.sleep(1)
    synced.gateway.designers = (200, [{"id": "1", "user": "ann", "project": "line1"}])
    synced.edit("by hand", OTHER)
    await synced.push({PATH: "new"})
    await trio.sleep(5)
    assert (synced.live(PATH), synced.live(OTHER)) == (FILES[PATH], "by hand")
    synced.gateway.designers = (200, ())
    await trio.sleep(10)
    assert (synced.live(PATH), synced.live(OTHER)) == ("new", "7")


@pytest.mark.parametrize(("policy", "status"), [("wait", "Pending"), ("fail", "Error")])
async def test_a_session_that_opens_in_between_holds_up_the_rest(
    autojump_clock: MockClock, synced: Plant, policy: Literal["wait", "fail"], status: str
) -> None:
    await synced.profiled(designer_session_policy=policy)
    await trio.sleep(1)
    synced.edit("by hand", PATH)

    async def opens() -> None:
        synced.gateway.designers = (200, [session()])
        synced.edit("made in the Designer", MADE)

    at_a_scan(synced, opens)
    commit = await synced.push({PATH: "new"})
    await trio.sleep(5)
    assert (synced.live(PATH), synced.live(MADE)) == ("new", "made in the Designer")
    assert (synced.report.sync_status, synced.report.synced_commit) == (status, commit)
    told = synced.history[-1]
    assert (told.commit, told.modified_paths, len(told.kept_paths)) == (commit, [PATH], 1)
    synced.gateway.designers = (200, ())
    await trio.sleep(34)  # a retry comes after 27 to 33 s
    assert (synced.live(MADE), synced.report.sync_status) == (None, "Synced")
    told = synced.history[-1]
    assert (told.commit, told.deleted_paths, len(told.kept_paths)) == (commit, [MADE], 1)


async def test_the_duration_of_a_sync_is_told_without_the_early_scan(autojump_clock: MockClock, synced: Plant) -> None:
    at_a_scan(synced, partial(trio.sleep, 5))
    await synced.push({PATH: "new"})
    await trio.sleep(6)
    assert (synced.report.sync_status, synced.history[-1].duration) == ("Synced", "0s")


async def test_what_went_live_before_an_error_is_told_as_synced(
    autojump_clock: MockClock, synced: Plant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synced.edit("by hand", PATH)
    with monkeypatch.context() as failing:
        failing.setattr(Difference, "compare", partial(os.stat, "/absent"))
        commit = await synced.push({PATH: "new"})
        await trio.sleep(1)
    (kept,) = synced.history[-1].kept_paths
    assert kept.split("/")[2] in capsys.readouterr().out
    await trio.sleep(34)  # a retry comes after 27 to 33 s
    assert (synced.report.sync_status, synced.history[-1].trigger) == ("Synced", "retry")
    assert f"press: synced {commit[:7]}: 0 files changed" in [event.message for event in synced.events]


async def test_a_scan_that_fails_early_puts_off_nothing_else(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    synced.edit("by hand", OTHER)
    await synced.push({PATH: "new"})
    await trio.sleep(12)
    assert (synced.live(OTHER), synced.report.sync_status) == ("7", "Error")
    synced.gateway.scan = 200
    await trio.sleep(34)  # a retry comes after 27 to 33 s
    assert synced.report.sync_status == "Synced"


async def test_a_request_is_compared_as_a_whole_at_once(
    autojump_clock: MockClock, synced: Plant, seen: list[tuple[str | None, str | None]]
) -> None:
    synced.edit("by hand", OTHER)
    commit = synced.origin.commit({PATH: "new"})
    await synced.want(commit, requested_at="2026-01-01T00:00:00Z")
    await trio.sleep(1)
    assert seen == [("new", "7")]


async def test_an_agent_killed_in_between_does_the_rest_when_it_starts(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.agent.stop()
    synced.edit("by hand", OTHER)
    merge_news_only(synced, synced.origin.commit({PATH: "new"}))
    assert synced.live(OTHER) == "by hand"
    await synced.want(synced.origin.hash_of("main"))
    await synced.run()
    assert (synced.live(PATH), synced.live(OTHER)) == ("new", "7")


def at_a_scan(plant: Plant, happens: Callable[[], Awaitable[None]]) -> None:
    """Once, when the next scan is asked for."""
    answer = plant.gateway.handle_async_request

    async def first(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/scan/projects"):
            plant.gateway.handle_async_request = answer  # type: ignore[method-assign]
            await happens()
        return await answer(request)

    plant.gateway.handle_async_request = first  # type: ignore[method-assign]


def merge_news_only(plant: Plant, commit: str) -> None:
    """As much of a sync as an agent does that is killed before it compares the rest."""
    engine = Engine(plant.data, protection=PROTECTION)
    engine.open()
    engine.settle()
    before, now = (dataclasses.replace(plant.metadata, commit=one) for one in (plant.metadata.commit, commit))
    engine.prepare(_request(plant, before))
    news = engine.prepare_news(_request(plant, now))
    assert news is not None
    engine.merge(engine.stage(news))
    engine.close()


def _request(plant: Plant, metadata: Metadata) -> SyncRequest:
    tree = plant.stores.tree(metadata.git_url, metadata.commit)
    return engine_request(plant.setup(), metadata, plant.profile, {}, tree)
