"""A pod whose data directory is not there: the agent says so where people look, holds the gateway, and goes on when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sidecar.site import eventually, opens, probe

if TYPE_CHECKING:
    from tests.sidecar.site import Site


async def test_it_is_an_error_in_the_report_until_the_directory_is_there(site: Site) -> None:
    nowhere = site.root / "no-volume"
    pod = await site.pod(DATA_PATH=str(nowhere))
    site.open()
    child = await pod.start()
    await eventually(lambda: site.report().get("syncStatus") == "Error")
    assert str(nowhere) in site.report()["errorMessage"]
    assert (await probe(child, "/startupz")).status_code == 503
    await eventually(lambda: [event["reason"] for event in site.events()] == ["SyncFailed"])
    nowhere.mkdir()
    pod.gateway.data = nowhere
    site.want(requested_at="now")
    await opens(child, "/startupz")
    await site.synced(site.first)
