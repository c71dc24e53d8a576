"""``stoker_agent_*``: every name, label and bucket is part of the API; what they count is what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio
from prometheus_client import CollectorRegistry, generate_latest

from stoker.agent.metrics import AgentMetrics

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

SYNC = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
SERIES = {
    "sync_duration_seconds": ("histogram", ("profile",), SYNC),
    "scan_duration_seconds": ("histogram", (), SYNC),
    "sync": ("counter", ("profile", "result"), ()),
    "files_changed": ("gauge", ("profile",), ()),
    "files_added": ("gauge", ("profile",), ()),
    "files_modified": ("gauge", ("profile",), ()),
    "files_deleted": ("gauge", ("profile",), ()),
    "git_fetch_duration_seconds": ("histogram", ("operation",), (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0)),
    "git_fetch": ("counter", ("operation", "result"), ()),
    "scan": ("counter", ("result",), ()),
    "designer_sessions_blocked": ("gauge", (), ()),
    "designer_sessions_active": ("gauge", (), ()),
    "last_sync_timestamp_seconds": ("gauge", (), ()),
    "last_sync_success": ("gauge", (), ()),
    "sync_skipped": ("counter", ("reason",), ()),
    "gateway_startup_duration_seconds": ("histogram", (), (5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)),
    "drift_files": ("gauge", (), ()),
}
PATH = "projects/line1/project.json"


def _declared() -> dict[str, tuple[str, tuple[str, ...], tuple[float, ...]]]:
    registry = CollectorRegistry()
    found = {}
    series = (one for one in vars(AgentMetrics(registry)).values() if hasattr(one, "_labelnames"))
    for metric in series:
        uppers = tuple(getattr(metric, "_kwargs", {}).get("buckets", ()) or ())
        name = metric._name.removeprefix("stoker_agent_")
        found[name] = (metric._type, metric._labelnames, tuple(float(upper) for upper in uppers))
    return found


@pytest.mark.parametrize("name", SERIES)
def test_a_series_has_its_kind_labels_and_buckets(name: str) -> None:
    assert _declared()[name] == SERIES[name]


def test_there_are_no_others() -> None:
    assert _declared().keys() == SERIES.keys()


async def test_a_sync_is_counted_by_profile_and_result(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.push({PATH: "new", "projects/line2/project.json": "{}"})
    await trio.sleep(1)
    assert synced.metric("sync_total", profile="default", result="success") == 2
    assert synced.metric("sync_duration_seconds_count", profile="default") == 2
    assert [
        synced.metric(f"files_{what}", profile="default") for what in ("changed", "added", "modified", "deleted")
    ] == [
        2,
        1,
        1,
        0,
    ]
    assert synced.metric("last_sync_success") == 1
    assert synced.metric("last_sync_timestamp_seconds") == pytest.approx(1767225600, abs=60)


async def test_a_failure_is_counted_and_the_last_success_taken_back(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want("f" * 40)
    await trio.sleep(1)
    assert synced.metric("sync_total", profile="default", result="error") == 1
    assert synced.metric("last_sync_success") == 0


async def test_what_keeps_a_sync_from_beginning_takes_the_last_success_back_too(
    autojump_clock: MockClock, synced: Plant
) -> None:
    await synced.want(profiles={"other": synced.profile})
    await trio.sleep(1)
    assert synced.metric("last_sync_success") == 0
    assert synced.metric("sync_skipped_total", reason="profile_error") == 1
    await synced.want(profiles={"default": synced.profile})
    await trio.sleep(1)
    assert synced.metric("last_sync_success") == 1


async def test_the_last_sync_s_time_is_that_of_one_that_succeeded(autojump_clock: MockClock, synced: Plant) -> None:
    good = synced.metric("last_sync_timestamp_seconds")
    await trio.sleep(60)
    await synced.want("f" * 40)
    await trio.sleep(5)
    assert (synced.metric("last_sync_success"), synced.metric("last_sync_timestamp_seconds")) == (0, good)
    await synced.push({PATH: "new"})
    await trio.sleep(5)
    assert synced.metric("last_sync_timestamp_seconds") > good > 0


async def test_scans_are_counted_by_result(autojump_clock: MockClock, synced: Plant) -> None:
    synced.gateway.scan = 500
    await synced.push({PATH: "new"})
    await trio.sleep(5)
    assert synced.metric("scan_total", result="error") == 1
    assert synced.metric("scan_total", result="success") == 1
    assert synced.metric("scan_duration_seconds_count") == 2


async def test_a_repository_that_is_read_in_place_is_never_fetched(autojump_clock: MockClock, synced: Plant) -> None:
    await synced.want("f" * 40)
    await trio.sleep(60)
    assert b"git_fetch_total{" not in generate_latest(synced.registry)
