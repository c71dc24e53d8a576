"""Logs: one JSON object a line on stdout, or lines for people on a terminal.

``event`` is a stable name that people filter by; everything else is context, the usual keys first and in one order. A log
line must never be why something fails: a closed stdout, an odd encoding or a value that cannot be printed loses the line,
or a part of it, and not the process.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from typing import IO, Any, Final

from stoker.errors import SettingsInvalid
from stoker.observe import redact
from stoker.observe.memory import hidden, stood_in

# What these two would load beside themselves in every process: rich (3 MB) for tracebacks that nobody here draws, asyncio
# (1.5 MB) for loggers that are awaited, typing_extensions (0.4 MB) for what this Python's own typing knows as well.
with hidden("rich"), hidden("typing_extensions"), stood_in("asyncio"):
    import msgspec
    import structlog

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40}
ORDER: Final = (
    *("timestamp", "level", "event", "logger", "namespace", "name", "gateway"),
    *("commit", "ref", "trigger", "duration_s", "error"),
)
LONGEST_FOREIGN: Final = 500
_NAME: Final = "logger_name"  # ``logger`` is taken as an argument by structlog


def configure(*, level: str = "info", dev: bool | None = None, stream: IO[str] | None = None) -> None:
    """Once a process. ``dev``: for people; None means: when the stream is a terminal. SettingsInvalid: unknown level."""
    number = LEVELS.get(level.strip().lower() or "info")
    if number is None:
        raise SettingsInvalid(f"LOG_LEVEL is {level!r}: use one of {', '.join(LEVELS)}")
    out: IO[str] | None = stream or sys.stdout
    terminal = out is not None and out.isatty()  # None: started without a stdout
    pretty = terminal if dev is None else dev
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
            structlog.processors.format_exc_info,
            redact.processor,
            _in_order,
            _for_people(colors=terminal) if pretty else _json_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Factory(out),
        cache_logger_on_first_use=False,
    )
    # Libraries log through logging; only what is wrong is worth a line of ours.
    logging.basicConfig(level=logging.ERROR, handlers=[_Bridge()], force=True)


def get_logger(name: str, **context: Any) -> Any:
    """A bound logger: ``log.info("sync_completed", commit=…)``. One made before ``configure`` follows it all the same."""
    return structlog.get_logger(**{_NAME: name}, **context)


def _in_order(_logger: Any, _method: str, event: Any) -> Any:
    event["logger"] = event.pop(_NAME, "")
    return {key: event[key] for key in ORDER if key in event} | event


def _json_line(_logger: Any, _method: str, event: Any) -> str:
    try:
        return msgspec.json.encode(event).decode()
    except (UnicodeError, msgspec.MsgspecError, OverflowError):
        # A file name that is no UTF-8, say: JSON can write it, msgspec does not.
        return json.dumps(event, separators=(",", ":"), default=str)


def _for_people(*, colors: bool) -> Any:
    # The plain formatter: the default one prints the local variables of every frame, secrets among them.
    return structlog.dev.ConsoleRenderer(
        colors=colors, sort_keys=False, exception_formatter=structlog.dev.plain_traceback
    )


class _Writer:
    """Writes whole lines and survives a stream that is gone."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def _write(self, line: str) -> None:
        if self._stream is None:
            return
        with contextlib.suppress(OSError, ValueError):
            try:
                self._stream.write(f"{line}\n")
            except UnicodeEncodeError:
                self._stream.write(f"{_ascii(line)}\n")
            try:
                self._stream.flush()
            except BrokenPipeError:
                self._give_up(self._stream)

    def _give_up(self, stream: IO[str]) -> None:
        """Nobody reads any more: what is buffered must not fail once more when the interpreter ends."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)

    msg = debug = info = warning = error = critical = exception = log = _write


def _ascii(line: str) -> str:
    """``line`` with JSON's own escapes, so that it stays one JSON object on a stream that cannot write it."""
    return "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in line)


class _Factory:
    def __init__(self, stream: IO[str] | None) -> None:
        self._writer = _Writer(stream)

    def __call__(self, *_args: Any) -> _Writer:
        return self._writer


class _Bridge(logging.Handler):
    """Lines of libraries in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record; its own mistakes are told as ``logging`` does."""
        try:
            message = record.getMessage()[:LONGEST_FOREIGN]
            get_logger(record.name).error("library_error", error=message, exc_info=record.exc_info)
        except Exception:  # noqa: BLE001 - a log line must never be why something fails
            self.handleError(record)
