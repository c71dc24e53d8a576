"""From a fresh pod to a gateway that is synced, scanned and reported, through a real API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from tests.sidecar.site import CR, FILES, eventually, opens, probe, said

if TYPE_CHECKING:
    from tests.sidecar.site import Site


async def test_what_the_controller_wrote_is_live_scanned_and_reported(site: Site) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    await opens(child, "/startupz")
    await said(child, "gateway_may_start")
    await site.synced(site.first)
    assert {path: (pod.data / path).read_text() for path in FILES} == FILES
    assert (await probe(child, "/readyz")).status_code == 200
    report = site.report()
    assert (report["podUID"], report["gatewayName"], report["profileName"]) == (pod.uid, "press", "default")
    assert report["lastScanResult"] == "projects=200 config=200"
    await eventually(lambda: bool(site.keys(names.changes_configmap(CR)).get("gw-0")))
    (entry,) = site.keys(names.changes_configmap(CR))["gw-0"]
    assert (entry["commit"], entry["subject"], entry["added"]) == (site.first, "first", 2)
    await eventually(lambda: [event["reason"] for event in site.events()] == ["SyncCompleted"])
    told = (await probe(child, "/metrics")).text
    assert 'stoker_agent_sync_total{profile="default",result="success"} 1.0' in told
    assert "\nprocess_resident_memory_bytes " in told


async def test_a_new_commit_is_seen_by_the_watch_and_a_commit_of_others_is_not_scanned(site: Site) -> None:
    pod = await site.pod()
    site.open()
    await pod.start()
    await site.synced(site.first)
    second = site.push({"projects/line1/a.txt": "two\n"})
    await site.synced(second)
    assert (pod.data / "projects/line1/a.txt").read_text() == "two\n"
    third = site.push({"docs/readme.md": "elsewhere"})
    await site.synced(third)
    assert pod.gateway.scans == ["projects", "config"] * 2


async def test_before_the_maps_are_there_it_waits_and_makes_none(site: Site) -> None:
    pod = await site.pod()
    child = await pod.start()
    await said(child, "gateway_state", state="running")
    assert (await probe(child, "/startupz")).status_code == 503
    site.open()
    await site.synced(site.first)
    for name in (names.status_configmap(CR), names.changes_configmap(CR)):
        site.plane.admin.delete(site.map_path(name))
    site.push({"projects/line1/a.txt": "two\n"})
    await said(child, "report_waits", what=names.status_configmap(CR))
    await said(child, "report_waits", what=names.changes_configmap(CR))
    assert not site.plane.admin.answers(site.map_path(names.status_configmap(CR)))
