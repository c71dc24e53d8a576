"""Tests that need what a machine does not have: left out of the run, and told in one loud line at its end.

They are deselected and not skipped one by one: a hundred skips in a list are what nobody reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    import pytest


def leave_out(
    config: pytest.Config, items: list[pytest.Item], fixtures: AbstractSet[str], key: pytest.StashKey[int]
) -> None:
    """Takes those that ask for one of ``fixtures`` out of ``items``, and keeps under ``key`` how many they are."""
    wanting = [item for item in items if fixtures & set(getattr(item, "fixturenames", ()))]
    if wanting:
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if item not in wanting]
        config.stash[key] = len(wanting)


def tell(reporter: pytest.TerminalReporter, config: pytest.Config, key: pytest.StashKey[int], why: str) -> None:
    """The one line, where any was left out: ``NOT RUN: N tests`` and ``why``, which says how to have them."""
    if count := config.stash.get(key, 0):
        reporter.write_line(f"NOT RUN: {count} tests {why}", red=True, bold=True)
