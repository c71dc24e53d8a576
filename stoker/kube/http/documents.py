"""What the server sends, decoded: objects, pages of lists, lines of watches. Pure.

Only the fields of the kind's type are kept; the rest is dropped while decoding. An object that does not fit its type (its
status was written by another release, say) must not hide the others of a list: it is left out and told about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from stoker.kube.failures import Status
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.kube.cluster import Kind

T = TypeVar("T")


class ListMeta(msgspec.Struct, frozen=True, rename={"continues": "continue", "resource_version": "resourceVersion"}):
    """A list's own metadata; ``continues``: the token of the next page."""

    resource_version: str = ""
    continues: str = ""


class Page(msgspec.Struct, frozen=True):
    """A piece of a list, its objects not decoded yet."""

    metadata: ListMeta
    items: list[msgspec.Raw] | None = None


class Line(msgspec.Struct, frozen=True):
    """One line of a watch."""

    type: str
    object: msgspec.Raw


class _Identity(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str = ""
    resource_version: str = ""


class Versioned(msgspec.Struct, frozen=True):
    """What every object has, and all that a bookmark has."""

    metadata: _Identity


_PAGE: Final = msgspec.json.Decoder(Page)
_LINE: Final = msgspec.json.Decoder(Line)
_VERSIONED: Final = msgspec.json.Decoder(Versioned)
_STATUS: Final = msgspec.json.Decoder(Status)


class Documents:
    """Decoders, one for each kind met."""

    def __init__(self) -> None:
        self._decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}
        self._log = get_logger("kube.http")

    def decode(self, kind: Kind[T], body: bytes | msgspec.Raw) -> T:
        """One object; msgspec.DecodeError when it is none or does not fit."""
        decoder = self._decoders.get(kind.type)
        if decoder is None:
            decoder = self._decoders[kind.type] = msgspec.json.Decoder(kind.type)
        decoded: T = decoder.decode(body)
        return kind.trim(decoded)

    def page(self, kind: Kind[T], body: bytes) -> tuple[ListMeta, list[T]]:
        """A piece of a list; msgspec.DecodeError when it is none."""
        page = _PAGE.decode(body)
        decoded = [self.lenient(kind, raw) for raw in page.items or ()]
        return page.metadata, [item for item in decoded if item is not None]

    def lenient(self, kind: Kind[T], raw: msgspec.Raw) -> T | None:
        """One object of many, or None and a line in the log that says which does not fit, and where."""
        try:
            return self.decode(kind, raw)
        except msgspec.ValidationError as error:
            meta = versioned(raw)
            fault = str(error) if kind.plural != "secrets" else "a field has another type"
            self._log.error("object_unreadable", kind=kind.kind, namespace=meta.namespace, name=meta.name, error=fault)
            return None


def line(text: bytes) -> Line:
    """A line of a watch; msgspec.DecodeError when it is none."""
    return _LINE.decode(text)


def versioned(raw: msgspec.Raw) -> _Identity:
    """Name, namespace and version; msgspec.DecodeError."""
    return _VERSIONED.decode(raw).metadata


def status(raw: msgspec.Raw) -> Status:
    """The Status that a line of type ERROR carries."""
    return _STATUS.decode(raw)
