"""A plant works and restarts while the API server is down; what happened meanwhile is told when it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from stoker.api import names
from tests.cluster.plane import APISERVER
from tests.sidecar.site import CR, Site, eventually, opens, probe, said

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.cluster.plugin import MakePlane
    from tests.sidecar.site import Pod

LIVE = "projects/line1/a.txt"


@pytest.fixture
def own(make_plane: MakePlane) -> Plane:
    """A plane of the test's own, with a namespace."""
    plane = make_plane()
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "plant"}}
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant"}}, account)
    return plane


@pytest.fixture
async def site(own: Plane, tmp_path: Path) -> AsyncIterator[Site]:
    """A resource on it."""
    async with trio.open_nursery() as nursery:
        made = Site(own, "plant", tmp_path, nursery)
        try:
            yield made
        finally:
            with trio.CancelScope(shield=True):
                await made.end()
        nursery.cancel_scope.cancel()


async def test_it_goes_on_starts_anew_and_reports_later(site: Site, own: Plane) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    await site.synced(site.first)
    await eventually(lambda: told(site) == [site.first])
    await trio.to_thread.run_sync(own.kill, APISERVER)

    await goes_on(pod)
    child.process.terminate()
    await child.ended.wait()
    again = await pod.start()
    await opens(again, "/startupz")
    assert (await probe(again, "/readyz")).status_code == 200
    overdue = await said(again, "sync_failed", reason="FirstSyncOverdue")
    assert "could not be read yet" in overdue.fields["error"]

    await trio.to_thread.run_sync(own.start, APISERVER)
    commit = site.push({LIVE: "two\n"})
    await site.synced(commit)
    assert (pod.data / LIVE).read_text() == "two\n"
    # Between the two it may tell that the start succeeded after all.
    await eventually(lambda: told(site)[:1] + told(site)[-1:] == [site.first, commit])


def told(site: Site) -> list[str]:
    """The commits of the gateway's history."""
    return [entry["commit"] for entry in site.keys(names.changes_configmap(CR)).get("gw-0", ())]


async def goes_on(pod: Pod) -> None:
    """The gateway restarts, loses a file while it does, and gets it back with a scan."""
    (child,) = pod.children
    mark = child.mark()
    pod.gateway.start_seconds = 6.5
    pod.gateway.restart()
    await said(child, "gateway_state", after=mark, state="starting")
    (pod.data / LIVE).unlink()
    await said(child, "scan_requested", after=mark)
    await eventually((pod.data / LIVE).exists)
