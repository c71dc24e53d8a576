"""An alternative as one regular expression, and as the library's own walk where no expression says the same.

The library goes back to its last star, and when that is spent to its last `**/`, never further; whatever came before is
settled. So is it in the expression: what a later star or `**/` settles stands in an atomic group. That is what keeps
every pattern from trying more than a name's length times the pattern's, where a plain translation would try them all.

Some patterns are not told by an expression: a class that can take a slash, after which it shows that the library goes back
no further; an end like `a**/`, or a last `**/` after other stars; stars that braces join or part. There it only says what
may match, and the walk decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.sync.globs.pattern import WALL, Token, begins_component, may_end_before, token_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.sync.globs.pattern import Alternative

_MORE = "(?=.)"  # there is something left of the name
_STAR = "[^/]*?"
FOLDERS = "(?:[^/]*+/)*?"
_STEPS = {"star", "folders"}
_NONE = Token("char", "(?!)")  # past the pattern's end, which no character of a name is


def expression(one: Alternative) -> str:
    """The source to `fullmatch` with, compiled with DOTALL. It matches all that the library does."""
    if one.walled:
        return _loosely(one.tokens)
    tokens, may_end = one.tokens, one.may_end
    ending = may_end.index(True)
    last = max((number for number, token in enumerate(tokens[:ending]) if token.kind == "char"), default=-1)
    out = ""
    settled = ""  # what stands before the last `**/`
    for number, token in enumerate(tokens[:ending]):
        # a step is only taken where something is left of the name, which shows where nothing but steps follow
        more = "" if number < last else _MORE
        if token.kind == "folders":
            settled += _atomic(out)
            out = more + FOLDERS
        elif token.kind == "star":
            # the one before it is settled now, the `**/` before that is not
            head, star, tail = out.rpartition(_STAR)
            out = f"{head}{_atomic(star + tail)}" if star else out
            out += more + _STAR
        else:
            out += token.accepts
    head, star, tail = out.rpartition(_STAR)
    if star:  # nothing settles it: wherever it ends will do, and the longest is found the fastest
        out = f"{head}[^/]*{tail}"
    return settled + out + _end(tokens[ending:], may_end[ending:])


def _loosely(tokens: tuple[Token, ...]) -> str:
    """What has all the characters in their order, with anything between where a star or a slash is."""
    runs = [""]
    for token in tokens:
        if token.kind == "char" and token.accepts != "/":
            runs[-1] += token.accepts
        else:
            runs.append("")
    first, *others = runs
    if not others:
        return first
    *settled, last = others
    return first + "".join(f"(?>.*?{run})" for run in settled if run) + ".*" + last


def _atomic(source: str) -> str:
    return f"(?>{source})" if "*?" in source else source


def _end(tokens: tuple[Token, ...], may_end: tuple[bool, ...]) -> str:
    """The last tokens, before each of which the name may end, but for those of an end like `a**/`."""
    out = ""
    for token, may in reversed(list(zip(tokens, may_end, strict=False))):
        taken = {"star": "[^/]*", "rest": ".*", "folders": "(?:[^/]*+/)*"}.get(token.kind, token.accepts)
        out = f"(?:{taken}{out})?" if may else taken + out
    return out


def is_told(one: Alternative, *, below: bool) -> bool:
    """Does the expression say just what the library does, and with `below`, also of a name's folders, `(?:/.*)?` after it?"""
    if below and _MORE in expression(one):  # it would take the slash after a folder for more of the folder's name
        return False
    ending = one.may_end.index(True)
    if one.walled or not all(one.may_end[ending:]):
        return False
    if not any(token.kind in _STEPS for token in one.tokens[:ending]):
        return True
    crossing = any(token.slash and token.accepts != "/" for token in one.tokens)
    return not crossing and not any(token.kind == "folders" for token in one.tokens[ending:])


class Walk:
    """The library's walk over one alternative.

    A brace that was come to is text from then on, so what is gone back to may be read otherwise than before: tokens are
    read where the walk stands, and remembered by the number of walls that have fallen.
    """

    def __init__(self, one: Alternative) -> None:
        parts = one.text.split(WALL)
        self._text = "".join(parts)
        self._walls = [sum(map(len, parts[: number + 1])) for number in range(len(parts) - 1)]
        self._views = [self._text[:wall] + WALL for wall in self._walls] + [self._text]
        self._read: dict[tuple[int, int, bool], tuple[Token, int, Callable[[str], object]]] = {}

    def __call__(self, name: str) -> bool:
        """Does it match the whole of `name`?"""
        at = pos = fallen = 0  # in the name, in the text
        fresh = True
        star = folders = (-1, -1)  # where to go on, in the text and in the name
        while at < len(name):
            token, end, accepts = self._token(pos, fallen, fresh)
            if token.kind == "rest":
                return True
            if token.kind == "char" and not accepts(name[at]):
                if star[0] >= 0 and name[star[1]] != "/":
                    star = pos, at = star[0], star[1] + 1
                    fresh = False
                elif folders[0] >= 0 and (cut := name.find("/", folders[1])) >= 0:
                    folders = pos, at = folders[0], cut + 1
                    fresh = True
                else:
                    return False
                continue
            fresh = begins_component(token, self._text, end)
            pos = end
            if token.kind == "char":
                at += 1
            elif token.kind == "wall":
                fallen += 1
            elif token.kind == "star":
                star = pos, at
            else:
                star, folders = (-1, -1), (pos, at)
        return set(self._walls[fallen:]) <= {pos} and may_end_before(self._text[pos:])

    def _token(self, pos: int, fallen: int, fresh: bool) -> tuple[Token, int, Callable[[str], object]]:
        key = pos, fallen, fresh
        if key not in self._read:
            view = self._views[fallen]
            token, end = token_at(view, pos, fresh=fresh) if pos < len(view) else (_NONE, pos)
            if token.kind == "wall":
                end = pos
            self._read[key] = token, end, re.compile(token.accepts or "(?!)", re.DOTALL).fullmatch
        return self._read[key]
