"""What the tests of the chart share: the API server's own judgement of objects, and neighbours whose kinds the chart uses."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.neighbours import NEIGHBOURS
from tests.cluster.client import APPLY, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.cluster.plane import Plane

    Judge = Callable[[Sequence[dict[str, Any]]], None]

_left_out = pytest.StashKey[int]()


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


@pytest.fixture(scope="session")
def promtool() -> Path:
    """Prometheus' own judge of rules and queries."""
    found = shutil.which("promtool")
    assert found is not None
    return Path(found)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs promtool where there is none."""
    if shutil.which("promtool") is None:
        left_out = [item for item in items if "promtool" in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[_left_out] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    if count := config.stash.get(_left_out, 0):
        line = (
            f"NOT RUN: {count} tests that need promtool; on Debian: apt-get install --no-install-recommends prometheus"
        )
        terminalreporter.write_line(line, red=True, bold=True)
