"""A patch names only what differs from what was known; where the object was another by then, the rest is said at once, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS
from tests.controller.house import A

if TYPE_CHECKING:
    from tests.controller.house import House


async def test_of_the_metadata(resolved: House) -> None:
    """Unseen: the watch of maps is away, as it is for a moment after the restore of a backup."""
    resolved.cluster.refuse("list", "configmaps", times=10_000)
    resolved.cluster.break_watches()
    await resolved.advance(5)
    of_then = {"data": {"commit": "0" * 40, "gitURL": "https://of.then/x.git"}}
    await resolved.cluster.patch(CONFIGMAPS, "plant", "stoker-metadata-main", of_then)
    before = resolved.metadata()
    await resolved.edit(sync__profiles__default__paused=True)
    assert before["commit"] == "0" * 40
    assert (resolved.metadata()["commit"], '"paused":true' in resolved.metadata()["profiles"]) == (A, True)


async def test_of_the_status(resolved: House) -> None:
    resolved.cluster.refuse("list", "gatewaysyncs", times=10_000)
    resolved.cluster.break_watches()
    await resolved.advance(5)
    of_then = {"status": {"lastSyncCommit": "0" * 40}}
    await resolved.cluster.patch(GATEWAYSYNCS, "plant", "main", of_then, subresource="status")
    await resolved.report(await resolved.pod("gw-0"))
    await resolved.advance(1)
    assert resolved.status().last_sync_commit == A
