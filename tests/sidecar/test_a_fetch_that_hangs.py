"""A git server that falls silent in the middle: told after the deadline, and nothing begins beside the abandoned thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.gitservers import http_backend
from tests.fakes.tcpproxy import TcpProxy, tcp_proxy
from tests.sidecar.site import ended, eventually, probe, said, turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from stoker.standalone.demo.processes import Child
    from tests.sidecar.site import Site

FETCH, READ, HANG = 3, 300, 1
"""Seconds. Only the thread knows of READ, so it hangs until the connection ends."""


@pytest.fixture
async def between(site: Site) -> AsyncIterator[TcpProxy]:
    """What lies between the agent and its git server."""
    with http_backend(site.root / "srv") as server:
        async with tcp_proxy("127.0.0.1", int(server.url.rpartition(":")[2])) as proxy:
            yield proxy


async def hung(site: Site, between: TcpProxy) -> tuple[Child, str]:
    """An agent whose fetch of the commit, which is returned, was given up and hangs on in its thread."""
    await site.pod()
    site.open()
    child = await site.pods["gw-0"].start(GIT_BOUNDS=f"{FETCH},{READ},{HANG}")
    await site.synced(site.first)
    between.black_hole()
    commit = site.push({"projects/line1/a.txt": "two\n"}, git_url=f"http://127.0.0.1:{between.port}/plant.git")
    await eventually(lambda: f"no answer within {FETCH} s" in site.report().get("errorMessage", ""))
    return child, commit


async def test_no_other_begins_until_it_ends_and_then_it_is_made_up_for(site: Site, between: TcpProxy) -> None:
    child, commit = await hung(site, between)
    site.want(requested_at="first")
    await eventually(lambda: "an earlier git call still hangs" in site.report()["errorMessage"])
    assert between.accepted == 1
    await turns(child, "/healthz", 503)
    assert "hung in its thread" in (await probe(child, "/healthz")).text
    assert (await probe(child, "/readyz")).status_code == 200, "the gateway stays in its Service"
    between.heal()
    between.reset()
    await turns(child, "/healthz", 200)
    site.want(requested_at="second")
    await site.synced(commit)


async def test_it_holds_up_no_end(site: Site, between: TcpProxy) -> None:
    child, _ = await hung(site, between)
    child.process.terminate()
    assert await ended(child) == 0
    await said(child, "agent_stopped")
