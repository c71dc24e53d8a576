"""``--leader-election false``: the only replica works at once, and asks for no Lease, on which it has no right then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import accounts
from tests.manager.process import Manager

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Site

FORBIDDEN = ("leading", "following", "lease_not_reached")


@pytest.mark.parametrize(
    ("arguments", "env"),
    [(("--leader-election", "false"), {}), ((), {"LEADER_ELECTION": "false"})],
    ids=["flag", "twin"],
)
def test_it_serves_without_a_lease(
    plane: Plane, place: Site, tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str]
) -> None:
    home = f"{place.namespace}-alone"
    token = accounts.manager_token(plane, home=home, watched=[place.namespace], elects=False)
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    running = Manager(tmp_path, config, ("--watch-namespaces", place.namespace, *arguments), env)
    try:
        running.ready()
        place.resource()
        place.resolved()
    finally:
        running.close()
    assert [line["event"] for line in running.lines() if line["event"] in FORBIDDEN] == []
    assert plane.admin.get(f"/apis/coordination.k8s.io/v1/namespaces/{home}/leases")["items"] == []
