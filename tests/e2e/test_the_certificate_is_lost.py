"""Somebody deletes the Secret of the webhook's certificate: it comes back, and the next pod gets its agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster.client import RefusedError
from tests.e2e import plant
from tests.e2e.cluster import CERTIFICATE, HOME
from tests.manager.hook import agents, pod
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.e2e.site import Site


def test_it_is_repaired_and_the_next_pod_has_its_agent(site: Site) -> None:
    admin = site.cluster.admin
    secret = f"/api/v1/namespaces/{HOME}/secrets/{CERTIFICATE}"
    before = admin.get(secret)
    admin.delete(secret)

    def back() -> bool:
        try:
            return bool(admin.get(secret)["metadata"]["uid"] != before["metadata"]["uid"])
        except RefusedError:
            return False

    until(back, "the Secret is back")
    made = admin.create(f"/api/v1/namespaces/{site.namespace}/pods?dryRun=All", pod("next", cr_name=plant.CR))
    assert agents(made)
    assert admin.get(secret)["data"]["ca.crt"] == before["data"]["ca.crt"]
