"""What plain schema cannot say of a spec: each rule as CEL for the API server, and beside it its twin in Python.

The CRD carries the CEL at apply time; the twin judges what reaches us all the same (an old CRD, no API server at all). Both
stand here, so that one is not changed without the other; a table in the tests goes through both. Twins take raw JSON of
any shape, because a spec with one fault cannot be decoded and still has others. Bounds on lengths and counts are schema,
and are what CEL's cost estimate needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Fault = tuple[str, str]
NAME_LIMIT: Final = 63
"""Characters of a resource's name: it becomes a label's value."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CLIMBS = re.compile(r"(^|/)\.\.(/|\Z)")
_PLAIN_STEP = re.compile(r"[A-Za-z0-9_.-]{1,253}")
# Written without CEL's duration(): a rule that ends in an error, as that one's overflow does, is not forgiven to an object
# that was stored before the rule, and would keep its finalizer for ever. Digits are bounded so that no sum overflows.
_PARTS = "(([0-9]{1,5}([.][0-9]*)?|[.][0-9]+)h|([0-9]{1,7}([.][0-9]*)?|[.][0-9]+)(ns|us|µs|μs|ms|s|m))+"
_INTERVAL = re.compile(rf"[+]?{_PARTS}")

RELATIVE: Final = (
    {"rule": "!self.startsWith('/')", "message": "must be relative, not absolute: remove the leading slash"},
    {
        "rule": "!self.matches('(^|/)[.][.](/|$)')",
        "message": "must not have a '..' component (path traversal): name the place itself",
    },
)
# Which key it is cannot be told: the keys of a map have no bound in a schema, and the cost of a message that is computed from
# them is estimated at a hundred times the API server's limit.
IDENTIFIERS: Final = {
    "rule": "self.all(key, key.matches('^[A-Za-z_][A-Za-z0-9_]*$'))",
    "message": "a variable's name must be letters, digits and _, not beginning with a digit",
}
ONE_AUTH: Final = {
    "rule": "[has(self.token), has(self.sshKey), has(self.githubApp)].filter(given, given).size() <= 1",
    "message": "only one of token, sshKey and githubApp may be given: remove the others",
}
INTERVAL: Final = {
    "rule": f"self == '' || (self.matches('^[+]?{_PARTS}$') && self.matches('[1-9]'))",
    "message": "must be a duration above zero, such as 30s, 5m or 1h30m",
}
PATCH_FILE: Final = {
    "rule": "!has(self.type) || self.type != 'dir' || !has(self.patches)"
    " || self.patches.all(patch, has(patch.file) && patch.file != '')",
    "message": "a patch of a directory must say which file: give patches[].file a glob",
}
PROFILE_NAMES: Final = {
    "rule": f"self.all(name, size(name) > 0 && size(name) <= {NAME_LIMIT})",
    "message": f"a profile's name has 1 to {NAME_LIMIT} characters",
}


def of_rules(raw: Any) -> list[Fault]:
    """What the rules refuse in a spec: the same that the CRD's CEL refuses at apply time."""
    if not isinstance(raw, Mapping):
        return []
    return [*_auth(raw), *_interval(raw), *_vars(raw), *_profiles(raw)]


def of_name(name: str) -> list[Fault]:
    """What is wrong with the resource's own name."""
    if len(name) <= NAME_LIMIT:
        return []
    return [("metadata.name", f"has {len(name)} characters, more than {NAME_LIMIT}; shorten it")]


def at(place: str, *steps: str | int) -> str:
    """The path below ``place``: ``.field``, ``[3]``, and ``['odd key']`` for a key that would make a path ambiguous."""
    for step in steps:
        if isinstance(step, int):
            place += f"[{step}]"
        else:
            place += f".{step}" if _PLAIN_STEP.fullmatch(step) else f"[{step[:NAME_LIMIT]!r}]"
    return place


def _auth(raw: Mapping[str, Any]) -> Iterator[Fault]:
    auth = _dig(raw, "git", "auth")
    methods = [key for key in ("token", "sshKey", "githubApp") if auth.get(key) is not None]
    if len(methods) > 1:
        yield "spec.git.auth", f"only one method may be given, found {', '.join(methods)}; remove all but one"


def _interval(raw: Mapping[str, Any]) -> Iterator[Fault]:
    interval = _dig(raw, "polling").get("interval")
    if not isinstance(interval, str) or not interval:
        return
    if not (_INTERVAL.fullmatch(interval) and re.search("[1-9]", interval)):
        shown = repr(interval[:40])
        yield "spec.polling.interval", f"{shown} is no duration above zero; write one like 30s, 5m or 1h30m"


def _vars(raw: Mapping[str, Any]) -> Iterator[Fault]:
    places = [("spec.sync.defaults.vars", _dig(raw, "sync", "defaults", "vars"))]
    places += [(at(place, "vars"), _dig(profile, "vars")) for place, _, profile in _each_profile(raw)]
    for place, values in places:
        for key in map(str, values):
            if not _IDENTIFIER.fullmatch(key):
                yield at(place, key), "a variable's name must be letters, digits and _, not beginning with a digit"


def _profiles(raw: Mapping[str, Any]) -> Iterator[Fault]:
    for place, name, profile in _each_profile(raw):
        if not 1 <= len(name) <= NAME_LIMIT:
            yield place, f"a profile's name has 1 to {NAME_LIMIT} characters, not {len(name)}; choose another"
        mappings = profile.get("mappings")
        for index, mapping in enumerate(mappings if isinstance(mappings, list) else []):
            if isinstance(mapping, Mapping):
                yield from _mapping(at(place, "mappings", index), mapping)


def _mapping(place: str, mapping: Mapping[str, Any]) -> Iterator[Fault]:
    for field in ("source", "destination"):
        path = mapping.get(field)
        if isinstance(path, str) and path.startswith("/"):
            yield at(place, field), f"{path[:80]!r} is absolute; write it relative, without the leading slash"
        if isinstance(path, str) and _CLIMBS.search(path):
            yield at(place, field), f"{path[:80]!r} has a '..' component (path traversal); name the place itself"
    patches = mapping.get("patches")
    if mapping.get("type") == "dir":
        for index, patch in enumerate(patches if isinstance(patches, list) else []):
            if isinstance(patch, Mapping) and not patch.get("file"):
                yield at(place, "patches", index, "file"), "a patch of a directory must say which file; give a glob"


def _each_profile(raw: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    profiles = _dig(raw, "sync", "profiles")
    named = [(str(name), _dig(profiles, name)) for name in profiles]
    return [(at("spec.sync.profiles", name), name, profile) for name, profile in named]


def _dig(raw: Mapping[str, Any], *steps: str) -> Mapping[str, Any]:
    """The mapping at those keys, empty when any of them is absent or no mapping."""
    here: Any = raw
    for step in steps:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}
