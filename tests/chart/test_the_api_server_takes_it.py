"""Whatever values people set: the real API server takes every object, knows every field, and none is there twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.chart.combinations import ALL, Values
from tests.cluster.client import path_of

if TYPE_CHECKING:
    from tests.chart.conftest import Judge
    from tests.cluster.plugin import Render


def test_there_are_enough_of_them() -> None:
    assert len(ALL) >= 50


@pytest.mark.parametrize("values", ALL.values(), ids=ALL)
def test_every_object_is_taken(values: Values, chart: Render, taken: Judge, namespace: str) -> None:
    objects = chart(values, namespace=namespace)
    assert set(Counter(map(path_of, objects)).values()) == {1}
    taken(objects)


def test_a_misspelt_field_would_be_found(chart: Render, taken: Judge, namespace: str) -> None:
    def spoilt(kind: str, values: Values) -> list[dict[str, Any]]:
        (one,) = [one for one in chart(values, namespace=namespace) if one["kind"] == kind]
        one["spec"]["mispelt"] = 1
        return [one]

    for kind, values in {"Deployment": {}, "ServiceMonitor": {"serviceMonitor": {"enabled": True}}}.items():
        with pytest.raises(Exception, match="mispelt"):
            taken(spoilt(kind, values))
