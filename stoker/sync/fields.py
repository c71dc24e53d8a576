"""What a sync's templates are rendered with: the fields of one gateway, and which of them a text looked at.

Which fields were used is part of the result, so that a later sync can tell from their values alone, without reading a
file again, that it would come out the same. The language is `template`'s; this module knows nothing of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Rendered(NamedTuple):
    """A rendered text, and the names whose values made it so ("Vars.site"; "Vars" where the whole of it mattered)."""

    text: str
    used: frozenset[str]


class Fields:
    """The values of one sync: strings and integers, and mappings of strings such as Vars and Labels."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def render(self, text: str, where: str) -> Rendered:
        """Put the values in. `where` names mapping or file for messages. Raises TemplateInvalid."""
        if "{{" not in text:
            return Rendered(text, frozenset())
        from stoker.sync.template import parse

        return Rendered(*parse(text, where).execute(self._values))

    def digest(self, names: Iterable[str], *more: object) -> str:
        """A short digest of the values of `names` (in their order) and of `more`, which JSON can hold."""
        values = [self._lookup(name) for name in names]
        text = json.dumps([values, *more] if more else values, default=dict, sort_keys=True)
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def _lookup(self, name: str) -> Any:
        """The value of a name; None where there is none, "" is all of them."""
        if not name:
            return self._values
        first, _, key = name.partition(".")
        value = self._values.get(first)
        if not key:
            return value
        return value.get(key) if isinstance(value, Mapping) else None
