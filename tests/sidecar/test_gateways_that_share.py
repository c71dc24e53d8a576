"""Several pods of one resource: each keeps its own keys, whatever they call their gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from tests.sidecar.site import CR, eventually

if TYPE_CHECKING:
    from tests.sidecar.site import Site


async def test_two_pods_of_one_gateway_name_keep_both_their_reports_and_histories(site: Site) -> None:
    pods = [await site.pod("gw-0"), await site.pod("gw-1")]
    site.open()
    for pod in pods:
        # The port in the spec is the same for all gateways, as in pods; here they share one loopback interface.
        await pod.start()
    await eventually(
        lambda: {pod: one["gatewayName"] for pod, one in reports(site).items()} == {"gw-0": "press", "gw-1": "press"}
    )
    assert {pod.name: pod.uid for pod in pods} == {name: one["podUID"] for name, one in reports(site).items()}
    await eventually(lambda: set(site.keys(names.changes_configmap(CR))) == {"gw-0", "gw-1"})


def reports(site: Site) -> dict[str, dict[str, str]]:
    return {name: dict(one) for name, one in site.keys(names.status_configmap(CR)).items()}
