"""A manager that may not write RoleBindings: told to keep them it says what is missing; told not to it needs no such right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import accounts
from tests.manager.process import Manager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Site

    Start = Callable[..., Manager]
BINDINGS = "apis/rbac.authorization.k8s.io/v1"


@pytest.fixture
def begin(plane: Plane, place: Site, tmp_path: Path) -> Iterator[Start]:
    """Starts a manager that has what the chart gives it with ``rbac.autoBindAgent`` off, in the test's namespace."""
    home = f"poor-{place.namespace}"
    token = accounts.manager_token(plane, home=home, watched=[place.namespace], binds=False)
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    running: list[Manager] = []

    def start(*arguments: str) -> Manager:
        narrow = ("--watch-namespaces", place.namespace)
        running.append(Manager(tmp_path / "manager", config, (*narrow, *arguments)))
        return running[-1].ready()

    yield start
    for one in running:
        one.close()


def test_it_says_once_what_is_missing_and_does_the_rest(begin: Start, place: Site) -> None:
    begin()
    place.resource()
    place.pod("gw-0")
    place.until(lambda: place.events("RBACError"), "the event")
    (said,) = place.events("RBACError")
    assert "kubectl create role" in said
    assert "rolebindings.rbac.authorization.k8s.io" in said
    place.report("gw-0")
    place.until(lambda: place.words("Ready")[0] == "True", "ready all the same")


def test_told_to_keep_none_it_leaves_them_alone_and_lets_resources_go(begin: Start, place: Site, plane: Plane) -> None:
    running = begin("--auto-bind-agent-rbac", "false")
    mine = accounts.binding("stoker-agent", (place.namespace, "default"), within=place.namespace)
    mine["metadata"]["name"] = "stoker-agent-plant"
    plane.admin.apply(mine)
    place.resource()
    place.resolved()
    place.admin.delete(place.path("gatewaysyncs", "plant"))
    place.gone()
    assert place.find("rolebindings", "stoker-agent-plant", BINDINGS) is not None
    assert [line for line in running.lines() if line.get("reason") == "Forbidden"] == []
