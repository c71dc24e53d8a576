"""Paths that cannot escape: what mappings and trees may name, checked once, where it enters.

A path that passed here is relative, posix, normalised, and every component is a plain name. That it does not lead through
a symlink is a question about the live directory and asked there (`places`), not here.
"""

from __future__ import annotations

import re

from stoker.errors import PlanInvalid

# One search decides for the usual case; `_fault` then says what is wrong. `.git` could make a data directory that is a
# work tree run hooks; git refuses such names too, in any case of letters.
_SUSPECT = re.compile(r"(?:^|/)(?:\.{0,2}|\.git)(?:/|$)|[\0\n]|[^/]{64}", re.IGNORECASE)
_NAME_BYTES = 255


def normalise(path: str, what: str) -> str:
    """`path` of a mapping without redundant slashes and dots; "" is the root. `what` names its place in messages.

    Raises PlanInvalid for an absolute path, one with `..`, a backslash, a control character or an overlong name.
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
    if path.isascii() and not _SUSPECT.search(path):
        return
    fault = _fault(path)
    if fault:
        raise PlanInvalid(f"{what} {path!r} {fault}")


def _fault(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        return "is not valid UTF-8: rename it in the repository"
    for name in path.split("/"):
        if name == "..":
            return "climbs out with '..': name a path inside"
        if name in ("", "."):
            return "has an empty component: name a path inside"
        if name.lower() == ".git":
            return "names git's own folder '.git', which is never written"
        if "\0" in name or "\n" in name:
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
