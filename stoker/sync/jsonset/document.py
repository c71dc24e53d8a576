"""A document with what was changed in it: the text stays as it came, changes are kept beside it, `render` puts them in.

A change is a document of its own, so a later path that leads into it is followed there, and no patch moves the rest of a
text: what many patches cost is what they look through, not their number times the file.
"""

from __future__ import annotations

from stoker.sync.jsonset.scan import Scanner
from stoker.values import Mutable, field

_NULL = b"null"


class _Growth(Mutable):
    """What is added at the end of one container of a text. members, or elements (None is an untouched `null`)."""

    close: int  # where the bracket is that what is added stands before
    first: bool  # nothing stood in the container, so no comma comes first
    members: dict[bytes, Document] = field(default_factory=dict)
    keys: list[bytes] = field(default_factory=list)  # of the members, as they are written
    elements: list[Document | None] = field(default_factory=list)


class Place:
    """Where a value is: the document it stands in and where it begins there."""

    __slots__ = ("at", "document")

    def __init__(self, document: Document, at: int) -> None:
        while at in document.changed:  # what was written there is a document of its own
            document = document.changed[at][1]
            at = document.scanner.start
        self.document = document
        self.at = at

    @property
    def kind(self) -> str:
        """The value's first character."""
        return chr(self.document.scanner.text[self.at])

    def text(self) -> bytes:
        """The value as it came; changes within are not in it."""
        scanner = self.document.scanner
        return scanner.text[self.at : scanner.end(self.at)]

    def replace(self, text: bytes) -> None:
        """Write `text` in the value's place; changes within it are forgotten."""
        document, at = self.document, self.at
        end = document.scanner.end(at)
        if self.kind in "{[":
            document.changed = {k: v for k, v in document.changed.items() if not at <= k < end}
            document.grown = {k: v for k, v in document.grown.items() if not at <= k < end}
        document.changed[at] = end, Document(text)

    def member(self, name: bytes) -> Place | None:
        """The object's first member of that name."""
        document = self.document
        at = document.scanner.member(self.at, name)
        if at is not None:
            return Place(document, at)
        growth = document.grown.get(self.at)
        found = growth.members.get(name) if growth else None
        return found.root() if found else None

    def element(self, index: int) -> Place | None:
        """The array's element of that number."""
        document = self.document
        at = document.scanner.element(self.at, index)
        if at is not None:
            return Place(document, at)
        growth = document.grown.get(self.at)
        if growth is None:
            return None
        index -= document.scanner.count(self.at)
        if index >= len(growth.elements):
            return None
        found = growth.elements[index] = growth.elements[index] or Document(_NULL)
        return found.root()

    def count(self) -> int:
        """How many elements the array has by now."""
        growth = self.document.grown.get(self.at)
        return self.document.scanner.count(self.at) + (len(growth.elements) if growth else 0)

    def add_member(self, name: bytes, key: bytes, text: bytes) -> None:
        """Add a member at the object's end, which has none of that name; `key` is the name as it is written."""
        growth = self._growth()
        growth.members[name] = Document(text)
        growth.keys.append(key)

    def add_element(self, text: bytes, nulls: int) -> None:
        """Add an element at the array's end, after so many `null`."""
        elements = self._growth().elements
        elements.extend([None] * nulls)
        elements.append(Document(text))

    def _growth(self) -> _Growth:
        document, at = self.document, self.at
        if at not in document.grown:
            scanner = document.scanner
            document.grown[at] = _Growth(scanner.end(at) - 1, scanner.is_empty(at))
        return document.grown[at]


class Document:
    """One text and its changes. changed: where a value begins -> (its end, what stands there now)."""

    __slots__ = ("changed", "grown", "scanner")

    def __init__(self, text: bytes) -> None:
        self.scanner = Scanner(text)
        self.changed: dict[int, tuple[int, Document]] = {}
        self.grown: dict[int, _Growth] = {}

    def root(self) -> Place:
        """The whole value; white space around it is not part of it."""
        return Place(self, self.scanner.start)

    def pieces(self) -> list[bytes | Document]:
        """The text in order, with what was changed in its places."""
        text, pieces, at = self.scanner.text, list[bytes | Document](), 0
        events: list[tuple[int, int, Document | _Growth]] = [(k, *change) for k, change in self.changed.items()]
        events += [(growth.close, growth.close, growth) for growth in self.grown.values()]
        for begin, end, what in sorted(events, key=lambda event: event[0]):
            pieces.append(text[at:begin])
            if isinstance(what, _Growth):
                pieces += _added(what)
            else:
                pieces.append(what)
            at = end
        pieces.append(text[at:])
        return pieces


def _added(growth: _Growth) -> list[bytes | Document]:
    pieces: list[bytes | Document] = []
    for key, member in zip(growth.keys, growth.members.values(), strict=True):
        pieces += [b",", key, b":", member]
    for element in growth.elements:
        pieces += [b",", element or _NULL]
    return pieces[1:] if growth.first else pieces


def render(document: Document) -> bytes:
    """The document's text as it is after all changes."""
    out: list[bytes] = []
    rest: list[bytes | Document] = [document]
    while rest:
        piece = rest.pop()
        if isinstance(piece, bytes):
            out.append(piece)
        else:
            rest += reversed(piece.pieces())
    return b"".join(out)
