"""What people read of a resource: the columns of `kubectl get`, its conditions in `describe`, and what `wait` waits for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.api.samples import LEAST
from tests.cluster.resource.statuses import WELL, as_patch, condition

if TYPE_CHECKING:
    from tests.cluster.kubectl import Kubectl
    from tests.cluster.resource.conftest import Resources

AGE = re.compile(r"\d+[smhd]\d*[smh]?")


def table(kubectl: Kubectl, *words: str) -> list[list[str]]:
    """Rows and cells; two spaces or more stand between cells, ages are shown as AGE."""
    lines = kubectl("get", *words).splitlines()
    return [
        [AGE.sub("<age>", cell) if AGE.fullmatch(cell) else cell for cell in re.split(r" {2,}", line.strip())]
        for line in lines
    ]


@pytest.fixture
def well(resources: Resources) -> Resources:
    """A resource all of whose gateways are synced."""
    resources.create(LEAST)
    resources.patch(as_patch(WELL), subresource="/status")
    return resources


@pytest.mark.parametrize("spelling", ["gs", "gatewaysync", "gatewaysyncs", "gatewaysyncs.stoker.io"])
def test_the_columns(well: Resources, kubectl: Kubectl, spelling: str) -> None:
    assert table(kubectl, spelling) == [
        ["NAME", "REF", "GATEWAYS", "READY", "STATUS", "AGE"],
        ["plant", "refs/heads/main", "3/3 synced", "True", "All gateways synced", "<age>"],
    ]


def test_the_wide_columns(well: Resources, kubectl: Kubectl) -> None:
    assert table(kubectl, "gs", "-o", "wide") == [
        ["NAME", "REF", "GATEWAYS", "READY", "STATUS", "COMMIT", "PROFILES", "LAST SYNC", "AGE"],
        ["plant", "refs/heads/main", "3/3 synced", "True", "All gateways synced", "0123456", "2", "<age>", "<age>"],
    ]


def test_a_resource_that_no_controller_has_seen_has_empty_cells(resources: Resources, kubectl: Kubectl) -> None:
    resources.create(LEAST)
    assert table(kubectl, "gs")[1] == ["plant", "<age>"]


def test_conditions_are_described(well: Resources, kubectl: Kubectl) -> None:
    told = kubectl("describe", "gs", "plant")
    for one in WELL.conditions:
        assert re.search(rf"Reason:\s+{one.reason}\n\s+Status:\s+{one.status}\n\s+Type:\s+{one.type}\n", told)


def test_wait_waits_for_ready(well: Resources, kubectl: Kubectl) -> None:
    assert "condition met" in kubectl("wait", "--for=condition=Ready", "gs/plant", "--timeout=5s")
    unready = [one for one in WELL.conditions if one.type != "Ready"]
    unready.append(condition("Ready", "Reconciling", "Ref not resolved", status="False"))
    well.patch(as_patch(msgspec.structs.replace(WELL, conditions=unready)), subresource="/status")
    assert "timed out" in kubectl.run("wait", "--for=condition=Ready", "gs/plant", "--timeout=1s").stderr


def test_a_force_request_is_one_annotation(well: Resources, kubectl: Kubectl) -> None:
    kubectl("annotate", "gs", "plant", "stoker.io/requested-at=2026-11-25T03:00:00+00:00", "--overwrite")
    assert well.get()["metadata"]["annotations"]["stoker.io/requested-at"] == "2026-11-25T03:00:00+00:00"


def test_a_status_is_stored_as_it_was_written(well: Resources) -> None:
    assert well.get()["status"] == as_patch(WELL)["status"]
    assert msgspec.convert(well.get()["status"], type(WELL)) == WELL


def test_a_condition_is_one_of_its_type(well: Resources, kubectl: Kubectl) -> None:
    twice = {"status": {"conditions": [as_patch(WELL)["status"]["conditions"][0]] * 2}}
    refused = kubectl.run(
        "patch", "gs", "plant", "--subresource=status", "--type=merge", "-p", msgspec.json.encode(twice).decode()
    )
    assert "Duplicate value" in refused.stderr
