"""Logs: one JSON object a line on stdout, or lines for people on a terminal.

``event`` is a stable name that people filter by; everything else is context. A log line must never be why something
fails: a closed stdout or an odd encoding loses the line, not the process.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import IO, Any, Final

import msgspec
import structlog

from stoker.errors import SettingsInvalid
from stoker.observe import redact

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40}


def configure(*, level: str = "info", dev: bool | None = None, stream: IO[str] | None = None) -> None:
    """Once a process. ``dev``: for people; None means: when the stream is a terminal. SettingsInvalid: unknown level."""
    number = LEVELS.get(level.strip().lower() or "info")
    if number is None:
        raise SettingsInvalid(f"LOG_LEVEL {level!r} is unknown; one of {', '.join(LEVELS)}")
    out = stream or sys.stdout
    pretty = out.isatty() if dev is None else dev
    render: Any = structlog.dev.ConsoleRenderer(colors=out.isatty()) if pretty else _json_line
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            structlog.processors.format_exc_info,
            redact.processor,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Factory(out),
        cache_logger_on_first_use=False,
    )
    # Libraries log through logging; only what is wrong is worth a line of ours.
    logging.basicConfig(level=logging.ERROR, handlers=[_Bridge()], force=True)


def get_logger(name: str, **context: Any) -> Any:
    """A bound logger: ``log.info("sync_completed", commit=…)``. Usable before ``configure``."""
    return structlog.get_logger().bind(logger=name, **context)


def _json_line(_logger: Any, _method: str, event: Any) -> str:
    first = {key: event.pop(key) for key in ("timestamp", "level", "event", "logger") if key in event}
    return msgspec.json.encode({**first, **event}, enc_hook=str).decode()


class _Writer:
    """Writes whole lines and survives a stream that is gone."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            try:
                self._stream.write(f"{line}\n")
            except UnicodeEncodeError:
                self._stream.write(line.encode("ascii", "backslashreplace").decode() + "\n")
            self._stream.flush()

    msg = debug = info = warning = error = critical = exception = log = _write


class _Factory:
    def __init__(self, stream: IO[str]) -> None:
        self._writer = _Writer(stream)

    def __call__(self, *_args: Any) -> _Writer:
        return self._writer


class _Bridge(logging.Handler):
    """Lines of libraries in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record."""
        get_logger(record.name).error("library_error", error=record.getMessage()[:500])
