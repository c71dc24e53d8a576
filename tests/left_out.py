"""Tests that need what a machine does not have: left out of the run, and told in one loud line at its end.

They are deselected and not skipped one by one: a hundred skips in a list are what nobody reads. Where several processes
share a run, each of them finds the same tests lacking the same thing, and the one that tells hears of it from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_COUNTS: Final = pytest.StashKey[dict[str, int]]()
_REPORT: Final = "left_out"


def leave_out(config: pytest.Config, items: list[pytest.Item], fixtures: AbstractSet[str], what: str) -> None:
    """Takes those that ask for one of ``fixtures`` out of ``items``, and keeps under ``what`` how many they are."""
    wanting = [item for item in items if fixtures & set(getattr(item, "fixturenames", ()))]
    if wanting:
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if item not in wanting]
        counts = config.stash.setdefault(_COUNTS, {})
        counts[what] = len(wanting)
        if (output := getattr(config, "workeroutput", None)) is not None:
            output[_REPORT] = counts


def tell(reporter: pytest.TerminalReporter, config: pytest.Config, what: str, why: str) -> None:
    """The one line, where any was left out: ``NOT RUN: N tests`` and ``why``, which says how to have them."""
    if count := config.stash.get(_COUNTS, {}).get(what, 0):
        reporter.write_line(f"NOT RUN: {count} tests {why}", red=True, bold=True)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process that ran tests is done: what it left out is the run's."""
    node.config.stash.setdefault(_COUNTS, {}).update(getattr(node, "workeroutput", {}).get(_REPORT, {}))
