"""An API server whose store was put back to an earlier state: what a list shows counts, not the later state that was known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.errors import WatchExpired
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS
from tests.controller.house import URL, B

if TYPE_CHECKING:
    from stoker.kube.memory.adapter import Objects
    from tests.controller.house import House

KINDS = (GATEWAYSYNCS, CONFIGMAPS, ROLEBINDINGS)


async def put_back(house: House, backup: Objects) -> None:
    """Its objects are what they were; watches break, and their versions are not known any more."""
    house.cluster.load(backup)
    for kind in KINDS:
        house.cluster.refuse("watch", kind.plural, times=1, error=WatchExpired("too large resource version"))
    house.cluster.end_watches()
    await house.advance(400)  # by then a pass has looked at everything, whatever the watches told


async def test_agents_are_told_again_what_they_are_to_fetch(resolved: House) -> None:
    backup = resolved.cluster.snapshot(*KINDS)
    resolved.refs.push(URL, B)
    await resolved.annotate({names.PUSHED_AT: "1"})
    assert resolved.metadata()["commit"] == B
    await put_back(resolved, backup)
    assert resolved.metadata()["commit"] == B
    assert resolved.status().last_sync_commit == B


async def test_a_status_of_then_is_written_anew(resolved: House) -> None:
    pod = await resolved.pod("gw-0")
    backup = resolved.cluster.snapshot(GATEWAYSYNCS)
    await resolved.report(pod)
    assert resolved.words("Ready")[0] == "True"
    await put_back(resolved, backup)
    assert resolved.words("Ready")[0] == "True"
