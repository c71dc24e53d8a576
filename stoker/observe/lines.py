"""What a log line looks like, and how it gets onto a stream.

A log line must never be why something fails: a closed stdout, an odd encoding or a value that cannot be printed loses the
line, or a part of it, and not the process.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import IO, Any, Final

import msgspec

ORDER: Final = (
    *("timestamp", "level", "event", "logger", "namespace", "name", "gateway"),
    *("commit", "ref", "trigger", "duration_s", "error"),
)
_FIRST: Final = {"timestamp", "level", "event", "exception"}
"""What has its own place in a line for people."""
_HUES: Final = {"debug": "34", "info": "32", "warning": "33", "error": "31"}


def in_order(fields: dict[str, Any]) -> dict[str, Any]:
    """The usual fields first."""
    return {key: fields[key] for key in ORDER if key in fields} | fields


def for_machines(fields: dict[str, Any]) -> str:
    """One JSON object."""
    try:
        return msgspec.json.encode(fields).decode()
    except (UnicodeError, msgspec.MsgspecError, OverflowError):
        # A file name that is no UTF-8, say: JSON can write it, msgspec does not.
        return json.dumps(fields, separators=(",", ":"), default=str)


def for_people(fields: dict[str, Any]) -> str:
    """Time, level, event, then ``key=value``; a traceback below."""
    pairs = [f"{key}={_shown(value)}" for key, value in fields.items() if key not in _FIRST]
    line = f"{fields['timestamp']} [{fields['level']:7}] {fields['event']:30} {' '.join(pairs)}".rstrip()
    return f"{line}\n{fields['exception']}" if "exception" in fields else line


def in_color(fields: dict[str, Any]) -> str:
    """The same with the level in its colour, for a terminal."""
    mark = f"[{fields['level']:7}]"
    return for_people(fields).replace(mark, f"\x1b[{_HUES.get(fields['level'], '0')}m{mark}\x1b[0m", 1)


def _shown(value: Any) -> str:
    """Bare where it is one plain word; else quoted, so that no value can pass for another field or line."""
    return value if isinstance(value, str) and value.isprintable() and not set(value) & set(" \"'=") else repr(value)


class Stream:
    """Writes whole lines and survives a stream that is gone; None: there never was one."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        """One line."""
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


def _ascii(line: str) -> str:
    """``line`` with JSON's own escapes, so that it stays one JSON object on a stream that cannot write it."""
    return "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in line)
