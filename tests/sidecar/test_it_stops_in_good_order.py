"""SIGTERM to an agent that has nothing to do, or cannot: exit code 0, soon, and the last report is written."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from stoker.agent.blocking import END_SECONDS
from stoker.agent.run import LAST_WORDS
from stoker.sidecar.process import GRACE_SECONDS
from tests.sidecar.site import ended, said

if TYPE_CHECKING:
    from tests.sidecar.site import Site


def test_a_merge_the_last_report_and_running_requests_have_their_time_before_the_kubelet_kills() -> None:
    servers = 5.0  # of serve, for requests that run
    assert END_SECONDS + LAST_WORDS + servers <= GRACE_SECONDS < 30


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
