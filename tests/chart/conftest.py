"""What the tests of the chart share: the API server's own judgement of objects, and neighbours whose kinds the chart uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.audit import Audit
from tests.chart.neighbours import NEIGHBOURS
from tests.cluster.client import APPLY, path_of
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.cluster.binaries import Binaries

    Judge = Callable[[Sequence[dict[str, Any]]], None]


@pytest.fixture(scope="session")
def hosting(plane: Plane) -> Plane:
    """The shared plane with the CRDs of the Prometheus operator and cert-manager."""
    plane.admin.apply(*NEIGHBOURS)
    for crd in NEIGHBOURS:
        group, plural = crd["spec"]["group"], crd["spec"]["names"]["plural"]
        version = crd["spec"]["versions"][0]["name"]
        path = f"/apis/{group}/{version}/{plural}"
        plane.wait_until(lambda path=path: plane.admin.answers(path))  # type: ignore[misc]
    return plane


@pytest.fixture
def taken(hosting: Plane) -> Judge:
    """Passes when the API server would take every object and knows every field of it; nothing is stored."""

    def judge(objects: Sequence[dict[str, Any]]) -> None:
        for one in objects:
            question = f"{path_of(one)}?dryRun=All&fieldValidation=Strict&fieldManager=chart&force=true"
            answer = hosting.admin.request("PATCH", question, one, APPLY)
            assert answer["metadata"]["name"] == one["metadata"]["name"]

    return judge


@pytest.fixture(scope="module")
def audited(plane_programs: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Plane, Audit]]:
    """A plane whose API server writes down what service accounts ask for."""
    audit = Audit(tmp_path_factory.mktemp("audit"))
    one = Plane(plane_programs, apiserver=audit.arguments, prepare=prepared)
    yield one, audit
    one.close()
