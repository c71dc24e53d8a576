"""Plain template fields: `{{.GatewayName}}`, `{{ .Vars.site }}`, `{{.Labels.line}}`, in paths and in file contents.

This is the part of Go's text/template that profiles use most; any other action is refused by name, never passed through.
Which fields a file used is part of the result, so that a later sync can tell from their values alone, without reading
the file again, that it would render the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from stoker.errors import FeatureUnsupported, TemplateInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FIELD = re.compile(r"\s*\.([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?\s*")


class Rendered(NamedTuple):
    """A rendered text and the recipe that made it (see `Fields.recipe`)."""

    text: str
    recipe: str


class Fields:
    """The values a sync renders with; scalars, or mappings of scalars such as Vars and Labels."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._recipes: dict[str, str] = {}

    def render(self, template: str, where: str, *, lines: bool = False) -> Rendered:
        """Put the values in. `where` names mapping or file for messages, which with `lines` name the line too.

        Raises TemplateInvalid for a missing key, FeatureUnsupported for any action that is not a plain field.
        """
        if "{{" not in template:
            return Rendered(template, self.recipe(()))
        used: set[str] = set()
        out: list[str] = []
        end = 0
        for action in _ACTION.finditer(template):
            out += template[end : action.start()], self._value(action, used, where, lines=lines)
            end = action.end()
        rest = template[end:]
        if "{{" in rest:
            place = _place(where, template, end + rest.index("{{"), lines=lines)
            raise TemplateInvalid(f"{place}: an action opened with {{{{ is not closed by }}}}")
        return Rendered("".join(out) + rest, self.recipe(used))

    def render_bytes(self, data: bytes, where: str) -> tuple[bytes, str]:
        """Render a file's content; returns it with its recipe. Raises as `render`, and TemplateInvalid for NUL bytes."""
        if b"\0" in data:
            raise TemplateInvalid(
                f"{where}: the file holds a NUL byte and cannot be a template: map it without template"
            )
        rendered = self.render(data.decode("utf-8", "surrogateescape"), where, lines=True)
        return rendered.text.encode("utf-8", "surrogateescape"), rendered.recipe

    def recipe(self, used: Iterable[str]) -> str:
        """The names in `used` and a digest of their values: equal recipes render equal files from equal blobs."""
        names = sorted(used)
        values = json.dumps([self._lookup(name) for name in names], default=str)
        return ",".join(names) + "#" + hashlib.blake2b(values.encode(), digest_size=8).hexdigest()

    def still_renders(self, recipe: str) -> bool:
        """Would a file made by `recipe` come out the same with the present values?"""
        known = self._recipes.get(recipe)
        if known is None:
            names = recipe.rpartition("#")[0]
            known = self._recipes[recipe] = self.recipe(names.split(",") if names else ())
        return known == recipe

    def _value(self, action: re.Match[str], used: set[str], where: str, *, lines: bool) -> str:
        field = _FIELD.fullmatch(action[1])
        if field is None:
            place = _place(where, action.string, action.start(), lines=lines)
            raise FeatureUnsupported(f"{place}: template action {action[0]!r} is not served: use plain fields only")
        name = field[1] if field[2] is None else f"{field[1]}.{field[2]}"
        value = self._lookup(name)
        if value is None:
            place = _place(where, action.string, action.start(), lines=lines)
            known = ", ".join(f".{key}" for key in sorted(self._values))
            raise TemplateInvalid(f"{place}: no value for {{{{.{name}}}}}: define it, or use one of {known}")
        if not isinstance(value, str | int | float):
            place = _place(where, action.string, action.start(), lines=lines)
            raise FeatureUnsupported(f"{place}: {{{{.{name}}}}} is not a single value: name one of its keys")
        used.add(name)
        return _text(value)

    def _lookup(self, name: str) -> Any:
        first, _, key = name.partition(".")
        value = self._values.get(first)
        if not key:
            return value
        return value.get(key) if isinstance(value, Mapping) else None


def _place(where: str, template: str, at: int, *, lines: bool) -> str:
    return f"{where}, line {template.count(chr(10), 0, at) + 1}" if lines else where


def _text(value: str | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
