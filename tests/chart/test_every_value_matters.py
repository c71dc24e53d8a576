"""No value is read by nobody: each makes another object of some release, in one of the combinations that people set it in."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.chart.combinations import ALL
from tests.chart.test_values_are_strict import DEFAULTS, NO_DEFAULT, SCHEMA, given, leaves
from tests.cluster.chart import ChartError

if TYPE_CHECKING:
    from tests.cluster.plugin import Render


def left_out(values: dict[str, Any], path: str) -> dict[str, Any]:
    """The same values without that one."""
    changed = copy.deepcopy(values)
    *above, last = path.split(".")
    below = changed
    for name in above:
        below = below[name]
    del below[last]
    return changed


def matters(path: str, chart: Render) -> bool:
    """Is there a combination that would be another, or refused, without it?"""
    for values in ALL.values():
        if not given(values, path):
            continue
        try:
            if chart(values) != chart(left_out(values, path)):
                return True
        except ChartError:
            return True
    return False


def test_every_value_is_read_by_somebody(chart: Render) -> None:
    dead = {path for path in leaves(SCHEMA) if path not in NO_DEFAULT and not matters(path, chart)}
    assert dead == set()


def test_what_is_left_out_has_its_default(chart: Render) -> None:
    assert chart() == chart(DEFAULTS)
