"""The fixture ``node`` for every room's tests, and the one loud line where there can be none."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from tests.cluster.plugin import prepared
from tests.left_out import leave_out, tell
from tests.node import needs
from tests.node.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

_NODES = {"node", "node_programs"}
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
    asked = any(_NODES & set(getattr(item, "fixturenames", ())) for item in items)
    if asked and missing():  # looked for only where somebody asks
        leave_out(config, items, _NODES, "node")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    tell(terminalreporter, config, "node", f"of a node: {missing()}")
