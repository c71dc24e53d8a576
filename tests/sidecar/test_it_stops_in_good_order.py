"""SIGTERM to an agent that has nothing to do, or cannot: exit code 0, soon, and the last report is written."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.sidecar.site import ended, said

if TYPE_CHECKING:
    from tests.sidecar.site import Site


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_to_an_idle_agent(site: Site, number: signal.Signals) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start()
    await site.synced(site.first)
    child.process.send_signal(number)
    assert await ended(child) == 0
    told = [line.event for line in child.lines]
    assert told.index("agent_stopping") < told.index("agent_stopped")
    assert not [line for line in child.lines if line.fields.get("level") == "error"]
    ours = [line.fields for line in child.lines if line.fields["logger"].startswith("agent")]
    assert {(fields["namespace"], fields["gateway"]) for fields in ours} == {(site.namespace, "press")}


async def test_a_signal_while_nothing_can_be_reached(site: Site) -> None:
    pod = await site.pod()
    child = await pod.start(KUBERNETES_SERVICE_PORT="1", GATEWAY_PORT="1")
    await said(child, "watch_interrupted")
    child.process.terminate()
    assert await ended(child) == 0
