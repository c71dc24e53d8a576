"""Values read back from our own state files: taken for what they must be, or for nothing.

Whoever may write into the data directory may write there too, and a checksum is no seal. So nothing in journal or manifest
is followed that could lead out of the data directory, or is of another type than we write. ValueError says what is wrong;
the readers make it their own error.
"""

from __future__ import annotations

from typing import Any


def a_path(value: Any) -> str:
    """A path below the data directory. Any name that a file can have will do: live files are named by others."""
    if not isinstance(value, str) or not _leads_inside(value):
        raise ValueError(f"{str(value)[:80]!r} is no path inside")
    return value


def a_name(value: Any) -> str:
    """One component of a path."""
    if "/" in a_path(value):
        raise ValueError(f"{str(value)[:80]!r} is no plain name")
    return str(value)


def a_text(value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise ValueError(f"{str(value)[:80]!r} is no text")  # noqa: TRY004 - one kind of error for all that is not ours
    return value


def a_count(value: Any, below: int = 1 << 63) -> int:
    """A number from 0 on."""
    if type(value) is not int or not 0 <= value < below:
        raise ValueError(f"{str(value)[:80]!r} is no such number")
    return value


def numbers(value: Any, count: int) -> tuple[int, ...]:
    """So many whole numbers, negative ones among them: a file may be from before 1970."""
    if not isinstance(value, list) or len(value) != count or not all(type(item) is int for item in value):
        raise ValueError(f"{str(value)[:80]!r} is not of {count} numbers")
    return tuple(value)


def texts(value: Any) -> dict[str, str]:
    """Texts by key."""
    if not isinstance(value, dict):
        raise ValueError(f"{str(value)[:80]!r} is no object")  # noqa: TRY004 - as above
    return {a_text(key): a_text(item) for key, item in value.items()}


def _leads_inside(path: str) -> bool:
    if not path or "\0" in path:
        return False
    plain = path[0] not in "./" and path[-1] != "/" and "/." not in path and "//" not in path
    return plain or all(name not in ("", ".", "..") for name in path.split("/"))
