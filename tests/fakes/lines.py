"""The log of a process, kept for a test as a collector would get it."""

from __future__ import annotations

import io
import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stoker.observe import logs
from stoker.observe.lines import Stream, for_machines

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

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The same, one after another."""
        return iter(self.objects)

    def take(self) -> list[dict[str, Any]]:
        """The same, and they are forgotten."""
        taken = self.objects
        self.stream.seek(0)
        self.stream.truncate()
        return taken


@contextmanager
def captured(level: str = "debug") -> Iterator[Lines]:
    """Everything that is logged, configured as in production; the process's logging is put back afterwards."""
    root = logging.getLogger()
    level_before, handlers_before = root.level, root.handlers[:]
    lines = Lines()
    sink_before = logs.use(logs.Sink(Stream(lines.stream), for_machines, logs.LEVELS[level]))
    lines.configure(level=level)
    try:
        yield lines
    finally:
        logs.use(sink_before)
        root.setLevel(level_before)
        root.handlers[:] = handlers_before
