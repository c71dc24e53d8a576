"""No right of the manager is unused and none is missing: the API server's audit log of one whole life says which it used."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.audit import Audit, Right, rights_in, without
from tests.chart.lives import Life
from tests.cluster import accounts
from tests.cluster.client import RefusedError
from tests.cluster.plugin import drop_resources
from tests.fakes.githttp import Behaviour
from tests.fakes.github import github
from tests.fakes.gitrepos import make_origin
from tests.fakes.gitservers import http_backend
from tests.manager.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane

    Begin = Callable[..., tuple[Life, list[dict[str, Any]]]]

BIND = Right("rbac.authorization.k8s.io", "clusterroles", "bind")
"""Asked of the authorizer by the API server itself, when a RoleBinding is written; no request of its own."""


@pytest.fixture
def begin(audited: tuple[Plane, Audit], tmp_path: Path) -> Iterator[Begin]:
    """A life with a namespace of its own, and the objects that give its manager its rights."""
    plane, _ = audited
    begun: list[str] = []

    def begin(name: str, *, all_namespaces: bool = False, patience: float = 30.0) -> tuple[Life, list[dict[str, Any]]]:
        home, place = f"home-{name}", f"site-{name}"
        begun.append(place)
        for namespace in (home, place):
            plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
            account = {"apiVersion": "v1", "kind": "ServiceAccount"}
            plane.admin.apply({**account, "metadata": {"name": "default", "namespace": namespace}})
        folder = tmp_path / name
        origin = make_origin(folder / "http" / "plant.git")
        site = Site(plane.admin, place, origin, origin.commit({"projects/site/project.json": "{}"}))
        api = serving.enter_context(github())
        # It takes the first token that the API gives.
        served = serving.enter_context(http_backend(folder / "http", Behaviour(token=f"ghs_{0:036d}")))
        life = Life(plane, site, api, served, folder, home, patience)
        return life, accounts.rights(life.home, None if all_namespaces else [place])

    with contextlib.ExitStack() as serving:
        yield begin
    for namespace in begun:
        drop_resources(plane, namespace)


def live(life: Life, objects: list[dict[str, Any]]) -> str:
    """Lives with these rights; what did not happen, empty when all did."""
    life.plane.admin.apply(*objects)
    token = accounts.token_for(life.plane, life.home, accounts.MANAGER)
    running = [life.begin(token)]
    try:
        life.lead(running[0])
        running.append(life.begin(token, "follower"))
        life.follow(running[1])
        life.live(running[0])
        life.hand_over(*running)
    except (AssertionError, OSError, KeyError, RefusedError) as error:
        return str(error) or repr(error)
    finally:
        for one in running:
            one.close()
    return ""


def of_the_manager(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Its roles: those that are bound to it."""
    bound = {one["roleRef"]["name"] for one in objects if one["kind"].endswith("Binding")}
    return [one for one in objects if one["kind"].endswith("Role") and one["metadata"]["name"] in bound]


@pytest.mark.parametrize("where", ["everywhere", "here"])
def test_every_right_is_used_and_none_is_missing(begin: Begin, audited: tuple[Plane, Audit], where: str) -> None:
    life, objects = begin(where, all_namespaces=where == "everywhere")
    assert live(life, objects) == ""
    user = f"{life.home}:{accounts.MANAGER}"
    _, audit = audited
    assert audit.asked(user, refused=True) == set()
    assert audit.asked(user) == rights_in(of_the_manager(objects)) - {BIND}


def test_the_agents_role_is_all_that_the_manager_may_give_away(begin: Begin, audited: tuple[Plane, Audit]) -> None:
    life, objects = begin("bind", patience=10)
    without(of_the_manager(objects), BIND)
    assert "bound" in live(life, objects)
    refused = audited[1].asked(f"{life.home}:{accounts.MANAGER}", refused=True)
    assert refused == {Right("rbac.authorization.k8s.io", "rolebindings", "create")}


@pytest.mark.torture
def test_whichever_right_goes_is_missed(begin: Begin, audited: tuple[Plane, Audit]) -> None:
    rights = sorted(rights_in(of_the_manager(accounts.rights())) - {BIND})
    assert len(rights) > 25
    for number, right in enumerate(rights):
        life, objects = begin(f"without-{number}", patience=12)
        without(of_the_manager(objects), right)
        said = live(life, objects)
        refused = audited[1].asked(f"{life.home}:{accounts.MANAGER}", refused=True)
        assert right in refused, f"nobody missed {right}: {said}"
