"""The fixture ``go``, and the one loud line where there is none: the vectors are not compared with Go's answers then."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.left_out import leave_out, tell


@pytest.fixture(scope="session")
def go() -> Path:
    """The go command."""
    found = shutil.which("go")
    assert found is not None
    return Path(found)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs go where there is none."""
    if shutil.which("go") is None:
        leave_out(config, items, {"go"}, "go")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    why = "that compare tests/vectors with Go's answers; on Debian: apt-get install golang-go (1.24 or newer)"
    tell(terminalreporter, config, "go", why)
