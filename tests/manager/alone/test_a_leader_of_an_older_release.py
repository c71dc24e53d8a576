"""While an upgrade replaces a manager of an older release, that one leads until it is gone: two never act at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api.times import rfc3339, utcnow
from tests.manager.process import until

if TYPE_CHECKING:
    from tests.cluster.plane import Plane
    from tests.manager.conftest import Start
    from tests.manager.site import Site

OLDER = "older-controller-manager-7d9c5-x2x9k_0f7f1b1e-6d2a-4a39-9a0e-5d1d3b7f9c11"


def test_it_is_followed_and_whoever_follows_acts_once_it_has_gone(start: Start, plane: Plane, place: Site) -> None:
    probe = start()
    home, name = probe.said("manager_starting")["lease"].split("/")
    assert name == "a86165bb.stoker.io"
    probe.ready()
    until(lambda: probe.leads, "the lease is there")
    assert probe.stop() == 0
    lease = f"/apis/coordination.k8s.io/v1/namespaces/{home}/leases/{name}"
    moment = rfc3339(utcnow(), fraction=True)
    held = {"holderIdentity": OLDER, "leaseDurationSeconds": 299, "acquireTime": moment, "renewTime": moment}
    plane.admin.patch(lease, {"spec": held})
    ours = start().ready()
    assert ours.said("following")["leader"] == OLDER
    place.resource("plant")
    assert not ours.leads
    plane.admin.patch(lease, {"spec": {"holderIdentity": ""}})
    place.resolved("plant")
    assert ours.leads
