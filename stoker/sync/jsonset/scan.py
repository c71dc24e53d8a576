"""Finds values in a valid JSON text: where a member or element begins, and where a value ends.

Works on the bytes, with expressions that take many members at a time, because a loop over the tokens of megabytes costs
more than all the rest of a patch. All of them are possessive: what they took they never give back, so none can take more
than a few passes over the text, however it was made. Nothing recurses, so nesting has no limit.

A container is looked through at first only as far as the member that is wanted; who comes again is given an index.
"""

from __future__ import annotations

import re
from functools import cache

from stoker.sync.jsonset.words import key_text

_OPENING = b"{["
_CLOSING = 0x5D  # ]
_CHUNK = 256  # elements that are stepped over at once

_SPACE = rb"[ \t\r\n]*+"
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rb'[^"\[\]{},: \t\r\n]++'
_NO_MARK = rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+)*+'
_DEPTH = 4  # containers within one another that one expression takes; deeper ones are counted


def _container(depth: int) -> bytes:
    inner = rb"(?:" + _container(depth - 1) + _NO_MARK + rb")*+" if depth > 1 else b""
    return rb"[\[{]" + _NO_MARK + inner + rb"[\]}]"


_VALUE = rb"(?:" + _STRING + rb"|" + _SCALAR + rb"|" + _container(2) + rb")"


@cache
def _compiled(name: str) -> re.Pattern[bytes]:
    """Compiled at first use: most processes patch nothing."""
    sources = {
        "space": _SPACE,
        "atom": _STRING + rb"|" + _SCALAR,
        # up to and with the next bracket that is not part of a shallow container
        "bracket": _NO_MARK + rb"(?:" + _container(_DEPTH) + _NO_MARK + rb")*+[\[\]{}]",
        "next": _SPACE + rb",?+" + _SPACE,
        "member": rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"' + _SPACE + rb":" + _SPACE,
        # whole members with their commas, none of whose keys needs reading
        "members": rb'(?:"[^"\\]*+"' + _SPACE + rb":" + _SPACE + _VALUE + _SPACE + rb"," + _SPACE + rb")*+",
        "chunk": rb"(?:" + _VALUE + _SPACE + rb"," + _SPACE + rb"){%d}+" % _CHUNK,
    }
    return re.compile(sources[name], re.DOTALL)


class Scanner:
    """Looks through one text, which is valid JSON; remembers what it saw. Positions are offsets in bytes."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.start = self._past("space", 0)
        self._ends: dict[int, int] = {}
        self._members: dict[int, dict[bytes, int]] = {}
        self._elements: dict[int, list[int]] = {}
        self._counts: dict[int, int] = {}
        self._seen: set[int] = set()

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
        if at in self._members:
            return self._members[at].get(name)
        if at not in self._seen:
            self._seen.add(at)
            return self._hunt(at, name)
        found: dict[bytes, int] = {}
        self._ends[at] = self._each(at, found)
        self._members[at] = found
        return found.get(name)

    def _hunt(self, at: int, name: bytes) -> int | None:
        text, spelt = self.text, b'"' + name + b'"'
        members, member = _compiled("members"), _compiled("member")
        pos, near = self._past("space", at + 1), at
        while True:
            if near < pos:  # the next place that may be the key: nothing before it is, unless it is spelt with escapes
                near = text.find(spelt, pos)
                near = near if near >= 0 else len(text)
            pos = members.match(text, pos, near).end()  # type: ignore[union-attr]  # it takes nothing at least
            found = member.match(text, pos)
            if found is None:
                self._ends[at] = pos + 1
                return None
            if key_text(found[1]) == name:
                return found.end()
            pos = self._past("next", self.end(found.end()))

    def _each(self, at: int, into: dict[bytes, int]) -> int:
        """Put where each member's value begins into `into`, the first of a name alone; returns the container's end."""
        pos, member = self._past("space", at + 1), _compiled("member")
        while found := member.match(self.text, pos):
            into.setdefault(key_text(found[1]), found.end())
            pos = self._past("next", self.end(found.end()))
        return pos + 1

    def element(self, at: int, index: int) -> int | None:
        """Where the array's element number `index` begins, or None."""
        if at not in self._elements:
            if at not in self._seen:
                self._seen.add(at)
                found, count = self._step(at, index)
                if found is None:
                    self._counts[at] = count
                return found
            starts: list[int] = []
            self._step(at, None, starts)
            self._elements[at] = starts
        starts = self._elements[at]
        return starts[index] if index < len(starts) else None

    def count(self, at: int) -> int:
        """How many elements the array has."""
        if at in self._elements:
            return len(self._elements[at])
        if at not in self._counts:
            self._counts[at] = self._step(at, None)[1]
        return self._counts[at]

    def _step(self, at: int, index: int | None, starts: list[int] | None = None) -> tuple[int | None, int]:
        """Step over `index` elements, or all: where the next begins, if there is one, and how many came before it."""
        text, chunk = self.text, _compiled("chunk")
        pos, count, single = self._past("space", at + 1), 0, 0
        while text[pos] != _CLOSING and count != index:
            if starts is None and not single and (index is None or count + _CHUNK <= index):
                many = chunk.match(text, pos)
                if many:
                    pos, count = self._past("space", many.end()), count + _CHUNK
                    continue
                single = _CHUNK  # there is something deep among them, or they are the last
            if starts is not None:
                starts.append(pos)
            single = max(0, single - 1)
            pos, count = self._past("next", self.end(pos)), count + 1
        return (None if text[pos] == _CLOSING else pos), count

    def _past(self, name: str, at: int) -> int:
        return _compiled(name).match(self.text, at).end()  # type: ignore[union-attr]  # the text is valid
