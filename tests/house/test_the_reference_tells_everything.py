"""What the code can say, the reference tells; and it tells of nothing else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from reference import conditions, configmaps, events, labels, metrics
from stoker.api import conditions as c
from stoker.api import names
from tests.house.conftest import module, tracked
from tests.house.emitted import event_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPONENT = {"controller": events.CONTROLLER, "agent": events.AGENT, "receiver": events.RECEIVER}
COLLECTORS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}


def test_every_condition_and_reason_is_explained() -> None:
    assert set(conditions.TYPES) == set(c.TYPES) == set(c.REASONS)
    assert set(conditions.MEANING) == {(kind, reason) for kind, reasons in c.REASONS.items() for reason in reasons}
    assert {reason for reasons in c.REASONS.values() for reason in reasons} >= conditions.TRUE


def test_every_event_of_the_code_is_told() -> None:
    found = {
        (reason, COMPONENT[room]) for reason, rooms in event_reasons().items() for room in rooms if room in COMPONENT
    }
    assert len(found) > 10
    assert found - set(events.EVENTS) == set()


def test_no_event_is_told_that_the_code_does_not_know() -> None:
    said = set(event_reasons()) | {reason for reasons in c.REASONS.values() for reason in reasons}
    assert {reason for reason, _ in events.EVENTS} - said == set()


def declaring() -> Iterator[str]:
    """The classes that register collectors."""
    for path in tracked("stoker/*.py"):
        for node in module(path).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in COLLECTORS
                for call in ast.walk(node)
                if any(keyword.arg == "registry" for keyword in getattr(call, "keywords", ()))
            ):
                yield node.name


def test_every_class_that_declares_series_is_read() -> None:
    assert set(declaring()) == {declare.__name__ for declare in metrics.DECLARED.values()}


def test_what_labels_may_be_is_told_of_labels_that_exist() -> None:
    known = {
        (metrics.series(one), label)
        for declare in metrics.DECLARED.values()
        for one in metrics.collectors(declare)
        for label in one._labelnames
    }
    assert set(metrics.VALUES) - known == set()


@pytest.mark.parametrize("label", ["result", "operation", "reason", "source"])
def test_the_values_of_a_label_with_few_are_told(label: str) -> None:
    series = {
        metrics.series(one)
        for declare in metrics.DECLARED.values()
        for one in metrics.collectors(declare)
        if label in one._labelnames
    }
    assert series == {name for name, one in metrics.VALUES if one == label}


def test_every_annotation_and_label_is_told() -> None:
    ours = {value for value in vars(names).values() if isinstance(value, str) and value.startswith(f"{names.GROUP}/")}
    told = set(labels.ANNOTATIONS) | set(labels.LABELS) | {names.FINALIZER, names.API_VERSION}
    assert ours - told == set()


def test_every_port_is_told() -> None:
    assert {value for name, value in vars(names).items() if name.endswith("_PORT")} == set(labels.PORTS)


def test_every_key_of_the_configmaps_is_told_in_the_order_of_the_code() -> None:
    told = {"metadata": configmaps.METADATA, "report": configmaps.REPORT, "history": configmaps.HISTORY}
    assert {name: list(known) for name, known in told.items()} == configmaps.written()
