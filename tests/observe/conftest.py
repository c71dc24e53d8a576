"""Logs into a stream of the test, and the process's logging put back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.lines import Lines, captured

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Log lines, configured as in production."""
    with captured("info") as lines:
        yield lines
