"""The first minutes of a newcomer: a manager runs, the CRD and a resource are applied, and nothing is started anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stoker.api import names
from tests.cluster import accounts
from tests.fakes.gitrepos import make_origin
from tests.manager.process import Manager, until
from tests.manager.site import Site, spec
from tests.manager.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane

APPLY = "kubectl apply -f crd.yaml -f gatewaysync.yaml"


@pytest.fixture
def bare(make_plane: Callable[..., Plane]) -> Plane:
    """A plane with our roles and without our kind."""
    return make_plane(prepare=accounts.install)


@pytest.fixture
def waiting(bare: Plane, tmp_path: Path) -> Iterator[Manager]:
    """A manager that has found out."""
    config = bare.write_kubeconfig("manager", {"token": accounts.manager_token(bare)}, namespace=accounts.HOME)
    running = Manager(tmp_path / "manager", config)
    running.said("watch_interrupted")
    yield running
    running.close()


@pytest.fixture
def site(bare: Plane, tmp_path: Path) -> Site:
    """A repository, and the two files that a newcomer has written."""
    origin = make_origin(tmp_path / "plant.git")
    made = Site(bare.admin, "default", origin, origin.commit({"projects/x": "x"}))
    made.secret()
    resource = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": "plant"}}
    (tmp_path / "gatewaysync.yaml").write_text(json.dumps(resource | {"spec": spec(origin)}))
    return made


def test_it_says_how_to_get_the_kind_and_works_as_soon_as_it_is_there(
    waiting: Manager, site: Site, bare: Plane, tmp_path: Path
) -> None:
    assert "stoker crd | kubectl apply -f -" in waiting.said("watch_interrupted")["error"]
    assert (waiting.probe("/healthz"), waiting.probe("/readyz")) == (200, 503)
    terminal = Terminal(bare, "default", tmp_path)
    terminal("stoker crd > crd.yaml")
    # kubectl looks the kinds up once, before it applies the first file: of a new kind it says to come again.
    first = terminal.run(APPLY)
    assert "ensure CRDs are installed first" in first.stderr
    until(lambda: terminal.run(APPLY).returncode == 0, "the kind is served")
    site.resolved()
    assert waiting.probe("/readyz") == 200
