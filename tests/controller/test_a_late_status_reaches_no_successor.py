"""A resource created anew under the name while refs were looked up does not inherit its predecessor's status."""

from __future__ import annotations

import msgspec

from stoker.controller.outcome import Memory, Pass
from stoker.controller.steps.status import write
from stoker.kube.cluster import GATEWAYSYNCS
from tests.controller.house import NS, House


async def test_a_status_that_comes_late_is_not_written(resolved: House) -> None:
    first = resolved.seen()
    await resolved.cluster.delete(GATEWAYSYNCS, NS, "main")
    await resolved.settle()
    resolved.refs.refs.clear()
    await resolved.resource()
    before = resolved.seen()
    await write(Pass(first, Memory()), msgspec.structs.replace(first.status, profile_count=7), resolved.cluster)
    assert resolved.seen() == before


async def test_nobody_is_told_when_there_is_no_successor(resolved: House) -> None:
    first = resolved.seen()
    await resolved.cluster.delete(GATEWAYSYNCS, NS, "main")
    await resolved.settle()
    await write(Pass(first, Memory()), msgspec.structs.replace(first.status, profile_count=7), resolved.cluster)
    assert resolved.cluster.peek(GATEWAYSYNCS, NS, "main") is None
