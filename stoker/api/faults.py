"""Every fault of a spec at once, each with its field path and remedy.

Two sources: our own CRD schema walked by ``jsonschema``, and the twins of the CRD's CEL rules, which plain schema cannot
say. Both take raw JSON, because a spec with one fault cannot be decoded and still has others.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from stoker.api.times import parse_go_duration
from stoker.errors import SpecInvalid

Fault = tuple[str, str]
IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_CLIMBS = re.compile(r"(^|/)\.\.(/|$)")


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    from stoker.api.crd import spec_schema

    return jsonschema.Draft202012Validator(spec_schema())


def of_schema(raw: Any) -> list[Fault]:
    """What the schema refuses, in document order."""
    errors = sorted(_validator().iter_errors(raw), key=lambda error: [str(step) for step in error.absolute_path])
    return [(_path("spec", error.absolute_path), _sentence(error)) for error in errors]


def of_rules(raw: Any) -> list[Fault]:
    """What the rules refuse: the same that the CRD's CEL says at apply time."""
    if not isinstance(raw, Mapping):
        return []
    return [*_auth(raw), *_interval(raw), *_vars(raw), *_mappings(raw)]


def invalid(name: str, faults: list[Fault], *, fallback: str) -> SpecInvalid:
    """One error that lists all faults; ``fallback`` is said when neither source found what the decoder refused."""
    unique = tuple(dict.fromkeys(faults)) or (("spec", fallback),)
    lines = "; ".join(f"{path}: {what}" for path, what in unique)
    return SpecInvalid(f"GatewaySync {name}: {lines}", unique)


def _auth(raw: Mapping[str, Any]) -> Iterator[Fault]:
    auth = _dig(raw, "git", "auth")
    methods = [key for key in ("token", "sshKey", "githubApp") if auth.get(key) is not None]
    if len(methods) > 1:
        yield "spec.git.auth", f"only one method may be given, found {', '.join(methods)}; remove all but one"


def _interval(raw: Mapping[str, Any]) -> Iterator[Fault]:
    interval = _dig(raw, "polling").get("interval")
    if not isinstance(interval, str) or not interval:
        return
    try:
        good = parse_go_duration(interval) > 0
    except ValueError:
        good = False
    if not good:
        yield "spec.polling.interval", f"{interval!r} is no duration above zero; write one like 30s, 5m or 1h30m"


def _vars(raw: Mapping[str, Any]) -> Iterator[Fault]:
    places = [("spec.sync.defaults.vars", _dig(raw, "sync", "defaults", "vars"))]
    places += [(f"spec.sync.profiles.{name}.vars", _dig(profile, "vars")) for name, profile in _profiles(raw)]
    for place, names in places:
        for key in names:
            if not IDENTIFIER.match(str(key)):
                yield f"{place}.{key}", "a variable's name must be letters, digits and _, not beginning with a digit"


def _mappings(raw: Mapping[str, Any]) -> Iterator[Fault]:
    for name, profile in _profiles(raw):
        if not 1 <= len(name) <= 63:
            yield f"spec.sync.profiles.{name}", "a profile's name has 1 to 63 characters; shorten it"
        mappings = profile.get("mappings")
        for index, mapping in enumerate(mappings if isinstance(mappings, list) else []):
            if isinstance(mapping, Mapping):
                yield from _mapping(f"spec.sync.profiles.{name}.mappings[{index}]", mapping)


def _mapping(place: str, mapping: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("source", "destination"):
        path = mapping.get(field)
        if isinstance(path, str) and path.startswith("/"):
            yield f"{place}.{field}", f"{path!r} is absolute; write it relative, without the leading slash"
        if isinstance(path, str) and _CLIMBS.search(path):
            yield f"{place}.{field}", f"{path!r} has a '..' component; name the place itself"
    patches = mapping.get("patches")
    if mapping.get("type") == "dir":
        for index, patch in enumerate(patches if isinstance(patches, list) else []):
            if isinstance(patch, Mapping) and not patch.get("file"):
                yield f"{place}.patches[{index}].file", "a patch of a directory must say which file; give a glob"


def _profiles(raw: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    profiles = _dig(raw, "sync", "profiles")
    return [(str(name), profile) for name, profile in profiles.items() if isinstance(profile, Mapping)]


def _dig(raw: Mapping[str, Any], *steps: str) -> Mapping[str, Any]:
    """The mapping at those keys, empty when any of them is absent or no mapping."""
    here: Any = raw
    for step in steps:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def _path(root: str, steps: Any) -> str:
    text = root
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text


def _sentence(error: jsonschema.ValidationError) -> str:
    """What is wrong and what would be right; the offending value is never repeated at length."""
    kind = str(error.validator)
    allowed: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    value = repr(instance)[:60]
    if kind == "required":
        missing = [name for name in allowed if name not in instance]
        return f"{', '.join(missing)} is required; add it"
    if kind == "additionalProperties":
        known = schema.get("properties", {})
        unknown = [name for name in instance if name not in known]
        return f"unknown field {', '.join(unknown)}; known are {', '.join(sorted(known))}"
    if kind == "type":
        return f"{value} must be of type {allowed}"
    if kind == "enum":
        return f"{value} must be one of {', '.join(map(str, allowed))}"
    if kind in {"minimum", "maximum"}:
        return f"{value} must be {'at least' if kind == 'minimum' else 'at most'} {allowed}"
    if kind in {"minLength", "minItems", "minProperties"}:
        return f"needs at least {allowed} {_things(kind)}"
    if kind in {"maxLength", "maxItems", "maxProperties"}:
        return f"has more than {allowed} {_things(kind)}; shorten it"
    return str(error.message)[:200]


def _things(kind: str) -> str:
    return {"Length": "characters", "Items": "items", "Properties": "entries"}[kind[3:]]
