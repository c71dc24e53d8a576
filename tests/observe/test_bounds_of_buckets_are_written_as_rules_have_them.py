"""A rule that names a bucket, such as ``le="10"``, finds it: a Prometheus before 3 compares the text."""

from __future__ import annotations

from prometheus_client import Gauge, Histogram

from stoker.observe.metrics import new_registry, render


def test_a_whole_bound_has_no_fraction_and_another_keeps_its_own() -> None:
    registry = new_registry()
    Histogram("stoker_seconds", "Seconds.", ["name"], buckets=(0.25, 1, 2.5, 10, 300), registry=registry).labels("a")
    lines = [line for line in render(registry)[0].decode().splitlines() if "_bucket" in line]
    bounds = ["0.25", "1", "2.5", "10", "300", "+Inf"]
    assert lines == [f'stoker_seconds_bucket{{le="{bound}",name="a"}} 0.0' for bound in bounds]


def test_a_value_that_looks_like_a_bound_is_left_alone() -> None:
    registry = new_registry()
    Gauge("stoker_thing", "A thing.", ["title"], registry=registry).labels('{le="1.0"},le="2.0"').set(1)
    assert rb'title="{le=\"1.0\"},le=\"2.0\""' in render(registry)[0]


def test_a_label_whose_name_ends_alike_is_left_alone() -> None:
    registry = new_registry()
    Gauge("stoker_thing", "A thing.", ["file", "title"], registry=registry).labels("1.0", "2.0").set(1)
    assert b'{file="1.0",title="2.0"}' in render(registry)[0]
