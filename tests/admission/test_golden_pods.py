"""Whole pods before and after: what is in ``golden/`` is what a cluster gets, down to the last field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from stoker.admission.pod import AdmittedPod
from stoker.api import names
from tests.admission.pods import admitted, injected, resource

GOLDEN = sorted(Path(__file__).with_name("golden").glob("*.yaml"))


def read(path: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the resource says beside the least spec, the pod, the same pod after admission."""
    said, before, after = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    return said, before, after


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_pod_becomes_this_one(path: Path) -> None:
    said, before, after = read(path)
    assert injected(before, resource(**said)) == after


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_nobody_is_warned_without_need(path: Path) -> None:
    said, before, _ = read(path)
    lacks_data = not {volume["name"] for volume in before["spec"].get("volumes", [])} & set(names.DATA_VOLUMES)
    assert bool(admitted(before, resource(**said)).warnings) == lacks_data


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_pod_that_has_its_agent_is_known_by_it(path: Path) -> None:
    _, before, after = read(path)
    assert not msgspec.convert(before, AdmittedPod).has_agent()
    assert msgspec.convert(after, AdmittedPod).has_agent()


def test_the_shapes_that_matter_are_there() -> None:
    assert {path.stem for path in GOLDEN} == {
        "helm-chart",
        "helm-chart-redundant-backup",
        "no-volumes",
        "several-containers-and-init-containers",
        "volumes-of-the-same-names",
    }
