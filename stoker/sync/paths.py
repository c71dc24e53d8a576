"""Paths that cannot escape: what mappings and trees may name, checked once, where it enters.

A path that passed here is relative, posix, normalised, and every component is a plain name. That it does not lead through
a symlink is a question about the live directory and asked there (`places`), not here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.errors import PlanInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME_BYTES = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
PATH_BYTES = 2048
"""Half of what the system takes, so that the data directory, and our own folders in it, have the other half."""
FOLDERS = 300
"""One in another: each is held open while a file below it is changed."""


def normalise(path: str, what: str) -> str:
    """`path` of a mapping without redundant slashes and dots; "" is the root. `what` names its place in messages.

    Raises PlanInvalid for an absolute path, one with `..`, a backslash, a control character, or overlong.
    """
    if path.startswith("/"):
        raise PlanInvalid(f"{what} {path!r} is absolute: write it relative to the root")
    if "\\" in path:
        raise PlanInvalid(f"{what} {path!r} holds a backslash: separate folders with /")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    clean = "/".join(parts)
    if clean:
        check(clean, what)
    return clean


def check(path: str, what: str) -> None:
    """Raise PlanInvalid unless `path`, already relative and normalised, is made of plain names only."""
    if _is_plain(path):
        return
    fault = _fault(path)
    if fault:
        raise PlanInvalid(f"{what} {_start(path)!r} {fault}")


def _start(path: str) -> str:
    """As much of it as leaves room in a report for what is wrong with it."""
    return path if len(path) <= _NAME_BYTES else f"{path[:_NAME_BYTES]}…"


def _is_plain(path: str) -> bool:
    """Decides quickly for the usual path; all others, good ones among them, are for `_fault`."""
    return (
        path.isascii()
        and 0 < len(path) <= _NAME_BYTES
        and path[0] not in "./"
        and path[-1] != "/"
        and "/." not in path
        and "//" not in path
        and path.isprintable()
    )


def _fault(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        return "is not valid UTF-8: rename it in the repository"
    if len(path.encode()) > PATH_BYTES:
        return f"has more than {PATH_BYTES} bytes: shorten it"
    if path.count("/") > FOLDERS:
        return f"has more than {FOLDERS} folders in one another: flatten it"
    for name in path.split("/"):
        if name == "..":
            return "climbs out with '..': name a path inside"
        if name in ("", "."):
            return "has an empty component: name a path inside"
        if name.lower() == ".git":  # could make a data directory that is a work tree run hooks; git refuses it too
            return "names git's own folder '.git', which is never written"
        if _CONTROL.search(name):
            return "holds a control character: rename it"
        if len(name.encode()) > _NAME_BYTES:
            return f"has a name of more than {_NAME_BYTES} bytes: shorten it"
    return ""


def parent(path: str) -> str:
    """The folder of `path`; "" for a name at the root."""
    return path.rpartition("/")[0]


def ancestors(path: str) -> list[str]:
    """The folders above `path`, the nearest first, without the root."""
    found = []
    above = parent(path)
    while above:
        found.append(above)
        above = parent(above)
    return found


def within(path: str, folder: str) -> bool:
    """Is `path` the folder itself or below it? Everything is within ""."""
    return not folder or path == folder or path.startswith(folder + "/")


def shown(path: str) -> str:
    """As people, logs and JSON can have it: bytes of a hand-made name that are no UTF-8 as `\\xff`."""
    return path if path.isascii() else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def all_shown(found: Iterable[str]) -> tuple[str, ...]:
    """Every path as `shown`, sorted."""
    return tuple(sorted(map(shown, found)))
