"""The fixture ``promtool``, and the one loud line where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.left_out import leave_out, tell


@pytest.fixture(scope="session")
def promtool() -> Path:
    """Prometheus' own judge of rules and queries."""
    found = shutil.which("promtool")
    assert found is not None
    return Path(found)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs promtool where there is none."""
    if shutil.which("promtool") is None:
        leave_out(config, items, {"promtool"}, "promtool")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    why = "that need promtool; on Debian: apt-get install --no-install-recommends prometheus"
    tell(terminalreporter, config, "promtool", why)
