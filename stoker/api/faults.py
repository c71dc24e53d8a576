"""Every fault of a spec at once, each with its field path and remedy.

msgspec, which decodes specs, stops at the first fault and hides map keys; so a spec that it refuses is walked again here,
by ``jsonschema`` against our own schema. What is said never repeats a value from where secrets are put by mistake, nor a
long one. ``jsonschema`` is 26 modules and is only loaded for a spec that somebody must mend, as this module is.
"""

from __future__ import annotations

import difflib
import functools
import re
from typing import TYPE_CHECKING, Any, Final

import jsonschema

from stoker.api.rules import Fault, at

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECRETIVE = "spec.git"
_UNKNOWN: Final = "unknown field"
_DECODERS_PATH = re.compile(r"(?P<what>.*?)(?: - at `(?:key` in `)?\$(?P<path>[^`]*)`)?", re.DOTALL)
_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    type(None): "null",
}
_TYPES: Final = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "an integer",
}


@functools.cache
def _validator() -> Any:
    from stoker.api.crd import spec_schema

    return jsonschema.Draft202012Validator(spec_schema())


def of_schema(raw: Any) -> list[Fault]:
    """What the schema refuses, sorted by path with indices as numbers; nothing when jsonschema cannot cope with it."""
    try:
        errors = sorted(_validator().iter_errors(raw), key=lambda error: [_order(step) for step in error.absolute_path])
    except (RecursionError, ValueError):  # it prints every value, and dies of endless nesting or digits
        return []
    return [fault for error in errors for fault in _faults(at("spec", *map(_step, error.absolute_path)), error)]


def of_unknown(raw: Any) -> list[Fault]:
    """Fields that do not exist; one that is null as well, for it is a typing error all the same."""
    return [(place, what) for place, what in of_schema(raw) if what.startswith(_UNKNOWN)]


def of_decoder(message: str) -> Fault:
    """The one fault that msgspec named, for what the schema does not see (keys that are no strings)."""
    match = _DECODERS_PATH.fullmatch(message)
    return ("spec", message) if match is None else (f"spec{match['path'] or ''}", f"{match['what']}; correct it")


def _faults(place: str, error: jsonschema.ValidationError) -> Iterator[Fault]:
    kind = str(error.validator)
    allowed: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    if kind == "required":
        for name in allowed:
            if name not in instance:
                yield at(place, name), "is required; add it"
    elif kind == "additionalProperties":
        known = schema.get("properties", {})
        for name in map(str, instance):
            if name not in known:
                yield at(place, name), f"{_UNKNOWN}; {_meant(name, sorted(known))}"
    elif kind == "enum" and not isinstance(instance, str):
        return  # the type's own fault says it
    else:
        yield place, _sentence(kind, allowed, _shown(place, instance))


def _meant(name: str, known: list[str]) -> str:
    near = [field for field in known if name and field.startswith(name)] or difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _sentence(kind: str, allowed: Any, shown: str) -> str:
    """What is wrong and what would be right."""
    if kind == "type":
        types = [allowed] if isinstance(allowed, str) else allowed
        return f"is {shown}, but must be {' or '.join(_TYPES[name] for name in types)}"
    if kind == "enum":
        words = (str(one) or '""' for one in allowed)
        return f"{shown} must be one of {', '.join(words)}"
    if kind in {"minimum", "maximum"}:
        return f"{shown} must be {'at least' if kind == 'minimum' else 'at most'} {allowed}"
    if kind == "pattern":
        return f"{shown} is no quantity; write one like 250m, 2 or 128Mi"
    things = {"Length": "characters", "Items": "items", "Properties": "entries"}[kind[3:]]
    if kind.startswith("min"):
        return f"needs at least {allowed} {things[:-1] if things == 'items' else things}; fill it in"
    return f"has more than {allowed} {things}; shorten it"


def _shown(place: str, instance: Any) -> str:
    """A short value as it stands, the kind of any other: nobody's token, pasted one line too high, goes into a message."""
    scalar = isinstance(instance, (str, int, float)) and not place.startswith(_SECRETIVE) and ".vars" not in place
    if scalar and len(str(instance)[:61]) <= 60:
        return repr(instance)
    return _KINDS.get(type(instance), "something else")


def _order(step: Any) -> tuple[int, int, str]:
    return (0, step, "") if isinstance(step, int) else (1, 0, str(step))


def _step(step: Any) -> str | int:
    return step if isinstance(step, int) else str(step)
