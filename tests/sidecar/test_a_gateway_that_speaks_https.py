"""A gateway with ``gateway.tls``: its certificate, which nobody vouches for and which names another host, does not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.authorities import Authority
from tests.sidecar.site import said

if TYPE_CHECKING:
    from tests.sidecar.site import Site


async def test_it_is_found_where_the_resource_says_whatever_the_pod_was_made_with(site: Site) -> None:
    pod = await site.pod(tls=Authority().issue(site.root, "press.plant.example"))
    site.open(gateway_tls=True)
    await pod.start(GATEWAY_PORT="1")
    await site.synced(site.first)
    assert pod.gateway.scans == ["projects", "config"]


async def test_it_is_told_by_its_environment_and_then_by_the_resource(site: Site) -> None:
    pod = await site.pod(tls=Authority().issue(site.root, "press.plant.example"), GATEWAY_TLS="true")
    child = await pod.start()
    await said(child, "gateway_state", state="running")
    site.open(gateway_tls=True)
    await site.synced(site.first)
    assert pod.gateway.scans == ["projects", "config"]
