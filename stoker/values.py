"""What plain values are made of: fields with types, equality by fields, and nothing else.

It owns the two base classes and must not know what stands in the fields. They are msgspec's structs and not the standard
library's data classes, which write, compile and run a program of their own for every class: half a millisecond each where
they are frozen, and every process here begins with some ninety. A struct takes a fiftieth of that.

Nothing looks at the annotations while the program runs: what they name may be imported for type checkers alone.
Data classes remain where a field is left out of equality or repr or something is kept beside the fields, for structs know no
such thing, and where a command's ``--help`` would load msgspec for them.
"""

from __future__ import annotations

import msgspec
from msgspec import field
from msgspec.structs import replace

__all__ = ["Mutable", "Value", "field", "replace"]


class Value(msgspec.Struct, frozen=True):
    """Never changes: a field that is set raises AttributeError. It can be hashed where all its fields can."""


class Mutable(msgspec.Struct):
    """Its fields may be set, and no others."""
