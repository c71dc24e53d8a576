"""The values a template works on, typed as Go types them, and the record of which of them were looked at.

string is bytes, int is int, float64 is float, complex128 is complex, bool is bool, nil is None; a byte of a string
(uint8) is `Byte`. The root and its maps are read through `Root` and `Table`, which write down each look: a look at one
key of a map is told apart from a look at the whole, so that a change of another key changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.unicode import decode, encode

ROOT_TYPE = "main.Values"
TABLE_TYPE = "map[string]string"


class Byte(int):
    """A uint8: what the index of a string gives."""

    __slots__ = ()


class Table:
    """A map of strings to strings, by the name it has in the root."""

    __slots__ = ("_items", "_mapping", "_name", "_used")

    def __init__(self, name: str, mapping: Mapping[str, Any], used: set[str]) -> None:
        self._name = name
        self._mapping = mapping
        self._used = used
        self._items: list[tuple[bytes, bytes]] | None = None

    def get(self, key: bytes) -> bytes | None:
        """The value of one key, None where there is none. Raises RefusedError."""
        name = decode(key)
        # An empty name cannot be told from the map, and one of bytes that are no text is a name to nobody else.
        self._used.add(f"{self._name}.{name}" if name.isprintable() and name else self._name)
        value = self._mapping.get(name)
        return None if value is None else self._text(name, value)

    def items(self) -> list[tuple[bytes, bytes]]:
        """All of it, in the order of the keys' bytes. Raises RefusedError."""
        self._used.add(self._name)
        if self._items is None:
            self._items = sorted((encode(key), self._text(key, value)) for key, value in self._mapping.items())
        return self._items

    def keys(self) -> list[str]:
        """The names there are, for a message: nothing that an output could depend on."""
        return sorted(self._mapping)

    def __len__(self) -> int:
        self._used.add(self._name)
        return len(self._mapping)

    def _text(self, key: str, value: Any) -> bytes:
        if not isinstance(value, str):
            raise RefusedError(f"{self._name}.{key} is a {type(value).__name__}, not a text")
        return encode(value)


class Root:
    """The root value: a struct of texts, numbers and maps."""

    __slots__ = ("_fields", "_used", "_values")

    def __init__(self, values: Mapping[str, Any], used: set[str]) -> None:
        self._values = values
        self._used = used
        self._fields: dict[str, Value] = {}

    def has(self, name: str) -> bool:
        """Is there such a field? Which there are is no value: it is the same for all."""
        return name in self._values

    def names(self) -> list[str]:
        """The fields there are."""
        return list(self._values)

    def field(self, name: str) -> Value:
        """A field's value; a map's keys count as looked at only when they are. Raises RefusedError."""
        if name not in self._fields:
            self._fields[name] = self._typed(name)
        value = self._fields[name]
        if not isinstance(value, Table):
            self._used.add(name)
        return value

    def items(self) -> list[tuple[str, Value]]:
        """All fields in their order, the whole root looked at. Raises RefusedError."""
        self._used.add("")
        return [(name, self.field(name)) for name in self._values]

    def _typed(self, name: str) -> Value:
        value = self._values[name]
        if isinstance(value, str):
            return encode(value)
        if isinstance(value, bool | float):
            return value
        if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
            return int(value)
        if isinstance(value, Mapping):
            return Table(name, value, self._used)
        raise RefusedError(f"the value of .{name} is neither a text nor a number nor a map")


Value = bytes | bool | int | float | complex | Table | Root | None

_TYPES: dict[type, str] = {
    bytes: "string",
    bool: "bool",
    int: "int",
    Byte: "uint8",
    float: "float64",
    complex: "complex128",
    Table: TABLE_TYPE,
    Root: ROOT_TYPE,
    type(None): "<nil>",
}


def type_name(value: Value) -> str:
    """The Go type of a value."""
    return _TYPES[type(value)]


def truth(value: Value) -> bool:
    """Is the value other than its type's empty one? A struct always is."""
    if isinstance(value, Root):
        return True
    return len(value) > 0 if isinstance(value, Table) else bool(value)
