"""A resource that was stored before the CRD had its rules: it is told what is wrong, and can be deleted, on old servers too."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import crd, names
from tests.cluster import accounts
from tests.fakes.gitrepos import make_origin
from tests.manager.process import Manager
from tests.manager.site import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane

SPARING = "one that spares what stays unchanged"
SERVERS = {
    SPARING: (),
    "one that judges all anew": ("--emulated-version=1.32", "--feature-gates=CRDValidationRatcheting=false"),
}


def lax(schema: Any) -> Any:
    """The CRD without its rules: what an older release had."""
    if isinstance(schema, dict):
        dropped = {"x-kubernetes-validations", "pattern", "maxLength", "maximum"}
        return {key: lax(value) for key, value in schema.items() if key not in dropped}
    return [lax(one) for one in schema] if isinstance(schema, list) else schema


@pytest.fixture(params=SERVERS)
def old(request: pytest.FixtureRequest, make_plane: Callable[..., Plane]) -> Plane:
    """A server with the CRD of an older release."""
    plane = make_plane(apiserver=SERVERS[request.param])
    definition = crd.crd()
    older = copy.deepcopy(definition)
    older["spec"]["versions"] = lax(older["spec"]["versions"])
    plane.admin.apply(older)
    return plane


@pytest.fixture
def site(old: Plane, tmp_path: Path) -> Iterator[Site]:
    """A namespace with a resource that climbs out of its repository, the rules of today, and a manager."""
    origin = make_origin(tmp_path / "plant.git")
    site = Site(old.admin, "plant", origin, origin.commit({"projects/x": "x"}))
    old.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant"}})
    climbing = {"profiles": {"default": {"mappings": [{"source": "../x", "destination": "/etc"}]}}}
    old.wait_until(lambda: _takes(site, climbing))
    site.edit({"metadata": {"finalizers": [names.FINALIZER]}})
    old.admin.apply(crd.crd())
    old.wait_until(lambda: not _takes(site, climbing, "other"))
    assert site.seen()["spec"]["sync"]["profiles"]["default"]["mappings"][0]["source"] == "../x"
    config = old.write_kubeconfig("manager", {"token": accounts.manager_token(old)}, namespace=accounts.HOME)
    running = Manager(tmp_path, config).ready()
    yield site
    running.close()


def _takes(site: Site, sync: dict[str, Any], name: str = "plant") -> bool:
    """Whether the server takes such a resource yet, or still."""
    try:
        site.resource(name, sync=sync)
    except Exception as error:  # noqa: BLE001 - refused is refused
        return "already exists" in str(error)
    if name != "plant":
        site.admin.delete(site.path(names.PLURAL, name))
    return True


def test_it_can_be_deleted(site: Site) -> None:
    site.admin.delete(site.path(names.PLURAL, "plant"))
    site.gone()


def test_what_is_wrong_is_told_and_agents_are_told_nothing(site: Site, request: pytest.FixtureRequest) -> None:
    """By an event, whatever the server: one that judges all anew takes no status of such an object."""
    site.until(lambda: site.events("ProfilesInvalid"), "the event")
    message = site.events("ProfilesInvalid")[0]
    assert "spec.sync.profiles.default.mappings[0].source" in message
    assert "spec.sync.profiles.default.mappings[0].destination" in message
    assert site.metadata() == {}
    if SPARING in request.node.callspec.id:
        site.until(lambda: site.words("ProfilesValid")[:2] == ("False", "ProfilesInvalid"), "the condition")
        assert message.endswith(site.words("ProfilesValid")[2])
