"""``--watch-namespaces``: resources in those are served, and elsewhere nothing is touched by one who may touch everything."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cluster import accounts
from tests.cluster.plugin import drop_resources
from tests.manager.process import Manager

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Site


@pytest.fixture
def sites(plane: Plane, place: Site) -> Iterator[list[Site]]:
    """Three namespaces that share a repository."""
    made = [replace(place, namespace=f"{place.namespace}-{name}", pods={}) for name in ("north", "south", "elsewhere")]
    for one in made:
        meta = {"name": "default", "namespace": one.namespace}
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
        plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": one.namespace}}, account)
    yield made
    for one in made:
        drop_resources(plane, one.namespace)


@pytest.fixture
def narrowed(plane: Plane, sites: list[Site], tmp_path: Path) -> Iterator[Manager]:
    """A manager with rights everywhere that was told the first two."""
    config = plane.write_kubeconfig("wide", {"token": accounts.manager_token(plane)}, namespace=accounts.HOME)
    names = ",".join(one.namespace for one in sites[:2])
    running = Manager(tmp_path / "manager", config, ("--watch-namespaces", names))
    yield running.ready()
    running.close()


def is_ready(site: Site) -> bool:
    return site.words("Ready")[0] == "True"


def test_all_that_are_named_and_no_other(narrowed: Manager, sites: list[Site]) -> None:
    for site in reversed(sites):
        site.pod("gw-0")
        site.resource()
    north, south, elsewhere = sites
    for site in (north, south):
        site.resolved()
        site.report("gw-0")
        site.until(partial(is_ready, site), "ready")
    assert (elsewhere.status(), elsewhere.metadata()) == ({}, {})
    assert "finalizers" not in elsewhere.seen()["metadata"]
    assert elsewhere.namespace not in narrowed.log.read_text()
