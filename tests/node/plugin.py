"""The fixture ``node`` for every room's tests, and the one loud line where there can be none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from tests.cluster.plugin import prepared
from tests.node import needs
from tests.node.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

_left_out = pytest.StashKey[list[str]]()
missing = functools.cache(needs.missing)


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """One node for all tests of a run."""
    made = Node(prepare=prepared)
    yield made
    made.close()


@pytest.fixture(scope="session")
def node_programs() -> None:
    """For fixtures that make nodes of their own: they are left out where ``node`` is."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs a node where there can be none."""
    wanting = [item for item in items if {"node", "node_programs"} & set(getattr(item, "fixturenames", ()))]
    if wanting and missing():
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if item not in wanting]
        config.stash[_left_out] = [item.nodeid for item in wanting]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    if count := len(config.stash.get(_left_out, [])):
        terminalreporter.write_line(f"NOT RUN: {count} tests of a node: {missing()}", red=True, bold=True)
