"""Logs: one JSON object a line on stdout, or lines for people on a terminal.

``event`` is a stable name that people filter by; everything else is context, the usual keys first and in one order; how a
line is written is the business of ``lines``. This is what a hundred lines can do: the library that did it before brought
asyncio and pickle along, 2.5 MB and 40 ms of every agent.
"""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from stoker.errors import SettingsInvalid
from stoker.observe import lines, redact

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40}
LONGEST_FOREIGN: Final = 500


class Sink(NamedTuple):
    """Where lines go, in what form, and from which level on."""

    stream: lines.Stream
    form: Callable[[dict[str, Any]], str]
    level: int


class _Process:
    """The one thing that is global here: loggers are made wherever modules please, before and after it is set."""

    sink = Sink(lines.Stream(sys.stdout), lines.for_people, LEVELS["info"])


def configure(*, level: str = "info", dev: bool | None = None, stream: IO[str] | None = None) -> None:
    """Once a process. ``dev``: for people; None means: when the stream is a terminal. SettingsInvalid: unknown level."""
    number = LEVELS.get(level.strip().lower() or "info")
    if number is None:
        raise SettingsInvalid(f"LOG_LEVEL is {level!r}: use one of {', '.join(LEVELS)}")
    out: IO[str] | None = stream or sys.stdout
    terminal = out is not None and out.isatty()  # None: started without a stdout
    pretty = terminal if dev is None else dev
    form = lines.for_machines if not pretty else lines.in_color if terminal else lines.for_people
    use(Sink(lines.Stream(out), form, number))
    # Libraries log through logging; only what is wrong is worth a line of ours.
    logging.basicConfig(level=logging.ERROR, handlers=[_Bridge()], force=True)


def use(sink: Sink) -> Sink:
    """Every logger writes there from now on; returns where they wrote so far."""
    before, _Process.sink = _Process.sink, sink
    return before


class Log:
    """``log.info("sync_completed", commit=…)``. One made before ``configure`` follows it all the same.

    ``exc_info`` in the context: an exception whose traceback is wanted, or True for the one that is being handled.
    """

    __slots__ = ("_context",)

    def __init__(self, context: dict[str, Any]) -> None:
        self._context = context

    def bind(self, **context: Any) -> Log:
        """The same with more context."""
        return Log(self._context | context)

    def debug(self, event: str, **context: Any) -> None:
        """For whoever looks closely."""
        self._say("debug", event, context)

    def info(self, event: str, **context: Any) -> None:
        """Something happened."""
        self._say("info", event, context)

    def warning(self, event: str, **context: Any) -> None:
        """Somebody should look at this some day."""
        self._say("warning", event, context)

    def error(self, event: str, **context: Any) -> None:
        """Something did not work."""
        self._say("error", event, context)

    def exception(self, event: str, **context: Any) -> None:
        """``error`` with the exception that is being handled."""
        self._say("error", event, context | {"exc_info": True})

    def _say(self, level: str, event: str, context: dict[str, Any]) -> None:
        sink = _Process.sink
        if LEVELS[level] < sink.level:
            return
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        fields = {"timestamp": now, "level": level, "event": event, **self._context, **context}
        error = fields.pop("exc_info", None)
        error = sys.exception() if error is True else error
        if isinstance(error, BaseException):
            fields["exception"] = "".join(traceback.format_exception(error)).rstrip("\n")
        clean = {key: redact.clean(value) for key, value in fields.items()}
        sink.stream.write(sink.form(lines.in_order(clean)))


def get_logger(name: str, /, **context: Any) -> Log:
    """A logger of that name with this context."""
    return Log({"logger": name, **context})


class _Bridge(logging.Handler):
    """Lines of libraries in our form."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record; its own mistakes are told as ``logging`` does."""
        try:
            error = record.exc_info[1] if record.exc_info else None
            get_logger(record.name).error("library_error", error=record.getMessage()[:LONGEST_FOREIGN], exc_info=error)
        except Exception:  # noqa: BLE001 - a log line must never be why something fails
            self.handleError(record)
