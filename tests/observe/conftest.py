"""Logs into a stream of the test, and the process's logging put back afterwards."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from stoker.observe import logs

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lines:
    """What was logged since ``configure``."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def configure(self, **options: Any) -> None:
        """``logs.configure`` into this stream."""
        logs.configure(stream=self.stream, **options)

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Each line as the JSON object that it must be."""
        return [json.loads(line) for line in self.text.split("\n") if line]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Log lines, configured as in production."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    lines = Lines()
    lines.configure()
    yield lines
    structlog.reset_defaults()
    root.setLevel(before[0])
    root.handlers[:] = before[1]
