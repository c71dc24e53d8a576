"""Globs as Go's doublestar v4 matches them: `*` and `?` within a folder, `**` over folders, `[a-z]`, `{a,b}`, `\\` to escape.

Owns what a pattern means, to the library's last quirk (the tests replay its answers), and that no pattern and no name can
make a match slow. What a match is good for is the callers' business. A pattern that the library calls malformed for any
name at all is refused at once, and not when such a name comes along; a valid one that it takes for malformed in the middle
of a name (`[^a{]`) is just matched.

Translated here, because the libraries at hand differ from doublestar in a quarter of the cases that matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.sync.globs.expression import FOLDERS, Walk, expression, is_told
from stoker.sync.globs.pattern import alternatives

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Globs", "compile_globs"]

_FOLDERS_KEPT = 4096


class Globs:
    """Some patterns, any of which may match."""

    def __init__(self, patterns: Iterable[str], *, below: bool) -> None:
        """Raises PlanInvalid, naming the pattern."""
        plain: list[str] = []
        anywhere: list[str] = []  # what follows a leading `**/`, which is gone along once for all of them
        self._walked: list[tuple[re.Pattern[str], Walk]] = []
        for pattern in patterns:
            for one in alternatives(pattern):
                source = expression(one)
                if not is_told(one, below=below):
                    self._walked.append((re.compile(source, re.DOTALL), Walk(one)))
                elif source.startswith(FOLDERS):
                    anywhere.append(source.removeprefix(FOLDERS))
                else:
                    plain.append(source)
        if anywhere:
            plain.append(f"{FOLDERS}(?:{'|'.join(anywhere)})")
        tail = "(?:/.*)?" if below else ""
        self._told = re.compile(f"(?:{'|'.join(plain)}){tail}", re.DOTALL) if plain else None
        self._below = below
        self._folders: dict[str, bool] = {"": False}

    def fullmatch(self, path: str) -> bool:
        """Does a pattern match the whole of `path` (or, with `below`, a folder that it is in)?"""
        if self._told is not None and self._told.fullmatch(path):
            return True
        if not self._walked:
            return False
        return self._walk(path) or (self._below and self._holds(path.rpartition("/")[0]))

    def _holds(self, folder: str) -> bool:
        """Is this folder, or one above it, matched? Remembered: a folder's files come one after the other."""
        known = self._folders.get(folder)
        if known is not None:
            return known
        above = [folder]
        while (parent := above[-1].rpartition("/")[0]) not in self._folders:
            above.append(parent)
        held = self._folders[parent]
        if len(self._folders) > _FOLDERS_KEPT:
            self._folders = {"": False}
        for one in reversed(above):
            held = held or self._walk(one)
            self._folders[one] = held
        return held

    def _walk(self, path: str) -> bool:
        return any(may.fullmatch(path) and walk(path) for may, walk in self._walked)


def compile_globs(patterns: Iterable[str], *, below: bool = False) -> Globs | None:
    """Matches what any of `patterns` does; None for no pattern.

    With `below`, a pattern that matches a folder (a trailing slash is ignored) matches everything below it too.
    Raises PlanInvalid, naming the pattern.
    """
    clean = dict.fromkeys((pattern.rstrip("/") if below else pattern).removeprefix("./") for pattern in patterns)
    clean.pop("", None)
    return Globs(clean, below=below) if clean else None
