"""Sixty agents have something to write into the same two maps at one moment: no report is lost, no map passes its limit.

Sixty are more than an API server settles by itself in any time; the bench tries a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from stoker.api import names
from stoker.api.handoff import SHARED, history_limit, report_limit
from stoker.api.reports import HistoryEntry, Report
from tests.sidecar.crowd import Crowd
from tests.sidecar.site import CR, Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

AGENTS = 60
PATHS = [f"projects/line{number}/com.inductiveautomation.perspective/views/a view/view.json" for number in range(400)]
REPORT = Report(sync_status="Synced", synced_commit="a" * 40, projects_synced=[f"line{number}" for number in range(5)])
ENTRY = HistoryEntry(
    at="2026-01-01T00:00:00Z", trigger="commit", ref="main", commit="a" * 40, modified=5, modified_paths=PATHS[:5]
)
LONG_REPORT = Report(sync_status="Error", error_message="why " * 500, drift_files=400, drift_paths=PATHS)
LONG_ENTRY = msgspec.structs.replace(ENTRY, modified=400, modified_paths=PATHS)


@pytest.fixture
async def crowd_of(site: Site) -> AsyncIterator[Callable[[int], Crowd]]:
    """Makes agents of which none has reported yet."""
    pod = await site.pod()
    site.open()
    made: list[Crowd] = []

    def make(count: int) -> Crowd:
        made.append(Crowd(site.plane, site.namespace, CR, pod.root / "account", count))
        return made[-1]

    yield make
    for crowd in made:
        await crowd.close()


def size(site: Site, name: str) -> int:
    return sum(len(text.encode()) for text in site.plane.admin.get(site.map_path(name))["data"].values())


async def test_no_report_is_lost(site: Site, crowd_of: Callable[[int], Crowd]) -> None:
    crowd = crowd_of(AGENTS)
    await crowd.report(REPORT, ENTRY, history=history_limit(AGENTS))
    everyone = {f"gw-{number}" for number in range(AGENTS)}
    reports, histories = site.keys(names.status_configmap(CR)), site.keys(names.changes_configmap(CR))
    assert set(reports) == set(histories) == everyone
    assert {pod: report["podUID"] for pod, report in reports.items()} == {pod: f"uid-{pod}" for pod in everyone}
    assert {pod: [entry["author"] for entry in entries] for pod, entries in histories.items()} == {
        pod: [pod] for pod in everyone
    }


async def test_what_is_too_long_is_cut_so_that_all_have_room(site: Site, crowd_of: Callable[[int], Crowd]) -> None:
    await crowd_of(10).report(LONG_REPORT, LONG_ENTRY, history=history_limit(AGENTS))
    report = site.keys(names.status_configmap(CR))["gw-7"]
    (entry,) = site.keys(names.changes_configmap(CR))["gw-7"]
    assert (report["driftFiles"], report["driftPaths"][-1][0]) == (400, "…")
    assert len(report["errorMessage"].encode()) <= 1024
    assert entry["pathsLeftOut"] + len(entry["modifiedPaths"]) == 400
    assert size(site, names.status_configmap(CR)) <= 10 * report_limit(AGENTS)
    assert size(site, names.changes_configmap(CR)) <= 10 * history_limit(AGENTS)
    assert AGENTS * max(report_limit(AGENTS), history_limit(AGENTS)) <= SHARED
