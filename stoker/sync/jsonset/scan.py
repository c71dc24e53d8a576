"""Finds values in a valid JSON text: where a member or element begins, and where a value ends.

Works on the bytes, with expressions that take many members at a time, because a loop over the tokens of megabytes costs
more than all the rest of a patch. All of them are possessive: what they took they never give back, so none can take more
than a few passes over the text, however it was made. Nothing recurses, so nesting has no limit.

An object is looked through at first only as far as the member that is wanted; who comes again is given an index. Of an
array every so manyth element is remembered.
"""

from __future__ import annotations

import re
from functools import cache

from stoker.sync.jsonset.words import key_text

_OPENING = b"{["
_CLOSING = 0x5D  # ]
_CHUNK = 64  # elements that are stepped over at once, and every how many a position is remembered
_DEPTH = 6  # containers within one another that one expression takes; deeper ones are counted

_SPACE = rb"[ \t\r\n]*+"
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rb'[^"\[\]{},: \t\r\n]++'
_NO_MARK = rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+)*+'


def _container(depth: int) -> bytes:
    inner = rb"(?:" + _container(depth - 1) + _NO_MARK + rb")*+" if depth > 1 else b""
    return rb"[\[{]" + _NO_MARK + inner + rb"[\]}]"


@cache
def _compiled(name: str) -> re.Pattern[bytes]:
    """Compiled at first use: most processes patch nothing."""
    shallow = _container(_DEPTH)
    value = rb"(?:" + _STRING + rb"|" + _SCALAR + rb"|" + shallow + rb")"
    sources = {
        "space": _SPACE,
        "atom": _STRING + rb"|" + _SCALAR,
        # up to and with the next bracket that is not part of a shallow container
        "bracket": _NO_MARK + rb"(?:" + shallow + _NO_MARK + rb")*+[\[\]{}]",
        "next": _SPACE + rb",?+" + _SPACE,
        "key": rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"' + _SPACE + rb":" + _SPACE,
        # whole members with their commas, none of whose keys needs reading
        "members": rb'(?:"[^"\\]*+"' + _SPACE + rb":" + _SPACE + value + _SPACE + rb"," + _SPACE + rb")*+",
        "value": value + _SPACE + rb",?+" + _SPACE,
        "chunk": rb"(?:" + value + _SPACE + rb"," + _SPACE + rb"){%d}+" % _CHUNK,
    }
    return re.compile(sources[name], re.DOTALL)


class Scanner:
    """Looks through one text, which is valid JSON; remembers what it saw. Positions are offsets in bytes."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.start = self._past("space", 0)
        self._ends: dict[int, int] = {}
        self._hunted: set[int] = set()
        self._members: dict[int, dict[bytes, int]] = {}
        self._marks: dict[int, list[int]] = {}  # of an array: where every so manyth element begins
        self._counts: dict[int, int] = {}

    def end(self, at: int) -> int:
        """Where the value that begins at `at` ends."""
        if self.text[at] not in _OPENING:
            return self._past("atom", at)
        end = self._ends.get(at)
        if end is None:
            end, depth, match = at + 1, 1, _compiled("bracket").match
            while depth:
                end = match(self.text, end).end()  # type: ignore[union-attr]  # the text is valid
                depth += 1 if self.text[end - 1] in _OPENING else -1
            self._ends[at] = end
        return end

    def is_empty(self, at: int) -> bool:
        """Has the container at `at` nothing in it?"""
        return self.text[self._past("space", at + 1)] in b"}]"

    def member(self, at: int, name: bytes) -> int | None:
        """Where the value of the object's first member of that name begins, or None."""
        if at not in self._members:
            if at not in self._hunted:
                self._hunted.add(at)
                return self._hunt(at, name)
            self._members[at] = self._index(at)
        return self._members[at].get(name)

    def _hunt(self, at: int, name: bytes) -> int | None:
        text, spelt = self.text, b'"' + name + b'"'
        members, key = _compiled("members").match, _compiled("key").match
        pos, near = self._past("space", at + 1), at
        while True:
            if near < pos:  # the next place that may be the key: nothing before it is, unless it is spelt with escapes
                near = text.find(spelt, pos)
                near = near if near >= 0 else len(text)
            pos = members(text, pos, near).end()  # type: ignore[union-attr]  # it takes nothing at least
            found = key(text, pos)
            if found is None:
                self._ends[at] = pos + 1
                return None
            if key_text(found[1]) == name:
                return found.end()
            pos = self._after(found.end())

    def _index(self, at: int) -> dict[bytes, int]:
        """Where the value of each name's first member begins."""
        index: dict[bytes, int] = {}
        pos, key = self._past("space", at + 1), _compiled("key").match
        while found := key(self.text, pos):
            index.setdefault(key_text(found[1]), found.end())
            pos = self._after(found.end())
        self._ends[at] = pos + 1
        return index

    def element(self, at: int, index: int) -> int | None:
        """Where the array's element number `index` begins, or None."""
        marks = self._marks.setdefault(at, [self._past("space", at + 1)])
        while index >= len(marks) * _CHUNK and at not in self._counts:
            self._mark(at, marks)
        if index >= self._counts.get(at, index + 1):
            return None
        mark = min(index // _CHUNK, len(marks) - 1)
        return self._step(at, marks, mark, index)

    def count(self, at: int) -> int:
        """How many elements the array has."""
        if at not in self._counts:
            self.element(at, len(self.text))
        return self._counts[at]

    def _mark(self, at: int, marks: list[int]) -> None:
        """Remember where the element begins that is so many after the last mark, or how many there are."""
        chunk = _compiled("chunk").match(self.text, marks[-1])
        pos = chunk.end() if chunk else self._step(at, marks, len(marks) - 1, len(marks) * _CHUNK)
        if pos is not None:
            marks.append(pos)

    def _step(self, at: int, marks: list[int], mark: int, index: int) -> int | None:
        """From a mark of the array at `at` to its element number `index`; where there is none, the count is known then."""
        pos = marks[mark]
        for number in range(mark * _CHUNK, index + 1):
            if self.text[pos] == _CLOSING:
                self._counts[at], self._ends[at] = number, pos + 1
                return None
            if number < index:
                pos = self._after(pos)
        return pos

    def _after(self, at: int) -> int:
        """Where what follows the value at `at` begins: a member, an element, or the bracket that closes."""
        found = _compiled("value").match(self.text, at)
        return found.end() if found else self._past("next", self.end(at))

    def _past(self, name: str, at: int) -> int:
        return _compiled(name).match(self.text, at).end()  # type: ignore[union-attr]  # the text is valid
