"""One manager for the tests of what it does, managers of their own for those of how it lives, and namespaces as sites."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.cluster import accounts
from tests.fakes.githttp import Behaviour
from tests.fakes.github import GitHub, github
from tests.fakes.gitrepos import make_origin
from tests.fakes.gitservers import http_backend
from tests.manager.process import Manager
from tests.manager.site import Site
from tests.untold import untold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.fakes.gitservers import HttpServer

    Start = Callable[..., Manager]

_homes = itertools.count(1)


@pytest.fixture(scope="module")
def manager(plane: Plane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manager]:
    """The one that acts for every ``site``; leave it running."""
    home = "home-of-all"
    token = accounts.manager_token(plane, home=home)
    config = plane.write_kubeconfig("manager-of-all", {"token": token}, namespace=home)
    running = Manager(tmp_path_factory.mktemp("manager"), config)
    yield running.ready()
    faults = [line for line in running.lines() if line["event"] in {"reconcile_crashed", "service_restarting"}]
    running.close()
    assert faults == []
    assert untold(running.lines()) == set()


@pytest.fixture
def start(plane: Plane, namespace: str, tmp_path: Path) -> Iterator[Start]:
    """Starts managers that share a lease of the test's own and act in its namespace only."""
    home = f"home-{next(_homes)}"
    token = accounts.manager_token(plane, home=home, watched=[namespace])
    config = plane.write_kubeconfig(f"manager-{home}", {"token": token}, namespace=home)
    running: list[Manager] = []

    def begin(*arguments: str, **options: str) -> Manager:
        name = f"manager-{len(running)}"
        narrow = ("--watch-namespaces", namespace)
        running.append(Manager(tmp_path / "managers", config, (*narrow, *arguments), options, name=name))
        return running[-1]

    yield begin
    for one in running:
        one.close()
    assert untold(line for one in running for line in one.lines()) == set()


@pytest.fixture
def place(plane: Plane, namespace: str, tmp_path: Path) -> Site:
    """The test's namespace, with a repository of one commit, for managers that the test starts itself."""
    origin = make_origin(tmp_path / "plant.git")
    commit = origin.commit({"projects/site/project.json": "{}"})
    return Site(plane.admin, namespace, origin, commit)


@pytest.fixture
def site(place: Site, manager: Manager) -> Site:
    """The same, with the manager of all at work."""
    assert manager.process.poll() is None, manager.log.read_text()[-3000:]
    return place


@pytest.fixture
def api() -> Iterator[GitHub]:
    """A GitHub API that knows one app."""
    with github() as served:
        yield served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[HttpServer]:
    """A repository over http that wants the first token of the app."""
    make_origin(tmp_path / "http" / "plant.git").commit({"projects/site/project.json": "{}"})
    with http_backend(tmp_path / "http", Behaviour(token=f"ghs_{0:036d}")) as server:
        yield server
