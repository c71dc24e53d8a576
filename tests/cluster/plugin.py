"""The fixtures of a real cluster, for every room's tests; loaded by ``tests/conftest.py``, told of in ``tests.cluster``.

Where no control plane can be had, the tests that ask for one are left out of the run, and its last lines say how many
and how to get it. They are deselected and not skipped one by one: a hundred skips in a list are what nobody reads.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any, Final

import pytest

from stoker.api import crd, names
from tests.cluster import accounts, binaries
from tests.cluster.chart import rendered
from tests.cluster.client import RefusedError
from tests.cluster.kubectl import Kubectl
from tests.cluster.plane import Plane
from tests.left_out import leave_out, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.binaries import Binaries

    MakePlane = Callable[..., Plane]
    Render = Callable[..., list[dict[str, Any]]]

_PLANES: Final = {"plane", "make_plane", "plane_programs"}
_CONTROLLERS: Final = {"collector"}
_HELM: Final = {"chart"}
_RESOURCES: Final = f"/apis/{names.API_VERSION}/{names.PLURAL}"
_numbers = itertools.count(1)


def prepared(plane: Plane) -> None:
    """What every plane of the tests has before its controllers begin: our CRD and our roles."""
    plane.admin.apply(crd.crd())
    accounts.install(plane)
    plane.wait_until(lambda: plane.admin.answers(_RESOURCES))


def drop_resources(plane: Plane, namespace: str) -> None:
    """Deletes the GatewaySyncs of a namespace whatever finalizers they have."""
    where = f"/apis/{names.API_VERSION}/namespaces/{namespace}/{names.PLURAL}"
    for resource in plane.admin.get(where)["items"]:
        one = f"{where}/{resource['metadata']['name']}"
        with contextlib.suppress(RefusedError):  # it has gone meanwhile
            plane.admin.delete(one)
            plane.admin.patch(one, {"metadata": {"finalizers": None}})


@pytest.fixture(scope="session")
def plane() -> Iterator[Plane]:
    """The plane that all tests of a run share. Leave it running; what breaks one takes one of ``make_plane``."""
    shared = Plane(binaries.found(), prepare=prepared)
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def chart() -> Render:
    """The chart's objects for given values, ``chart.rendered``: for tests that need helm and no plane."""
    return rendered


@pytest.fixture(scope="session")
def plane_programs() -> Binaries:
    """For fixtures of a wider scope that make planes themselves."""
    return binaries.found()


@pytest.fixture
def make_plane() -> Iterator[MakePlane]:
    """Makes planes of the test's own, which may be killed and restarted; takes what ``Plane`` takes. 3 to 4 s each."""
    made: list[Plane] = []

    def make(**options: object) -> Plane:
        one = Plane(binaries.found(), **({"prepare": prepared} | options))  # type: ignore[arg-type]
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def collector(plane: Plane) -> Plane:
    """The shared plane, for tests that need owned objects collected, namespaces deleted or StatefulSets filled."""
    return plane


@pytest.fixture
def namespace(plane: Plane) -> Iterator[str]:
    """A namespace of the test's own. It is not deleted, which would take the controllers longer than most tests run;
    only GatewaySyncs go, with their finalizers, so that no later manager meets them.
    """
    name = f"test-{next(_numbers)}"
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}}
    # The controllers make the account too, a moment later; no pod can be created before there is one.
    plane.admin.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, account)
    yield name
    drop_resources(plane, name)


@pytest.fixture
def kubectl(plane: Plane, namespace: str) -> Kubectl:
    """``kubectl`` as administrator of the shared plane, in the test's namespace."""
    return Kubectl(plane, plane.kubeconfig, namespace)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs programs that are not there."""
    have = binaries.found()
    lacking = set() if have.has_controllers else set(_CONTROLLERS)
    lacking |= set() if have.directory else _PLANES
    lacking |= set() if have.helm else _HELM
    leave_out(config, items, lacking, "plane")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    tell(terminalreporter, config, "plane", f"that need a Kubernetes control plane: {binaries.found().missing}")
