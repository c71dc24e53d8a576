"""What in a gateway's data directory is the gateway's own, and which differences are only its stamp.

Globs are doublestar, relative to the data directory.
"""

from __future__ import annotations

import json
from typing import Any, Final

ALWAYS_EXCLUDED: Final = ("**/.resources/**", "**/.uuid")
"""Never written or deleted, whatever a mapping names."""

NEVER_TOUCH: Final = (
    "config/local/**",
    "config/resources/local/**",
    "var/**",
    "db/**",
    "metricsdb/**",
    "jar-cache/**",
    "certificates/**",
    "autobackup/**",
    "valueStore.idb*",
    "modules.json",
    "gateway.xml*",
    "redundancy.xml",
    ".ignition-seed-complete",
    ".container-init.conf",
)
"""Not touched unless a mapping's destination equals the path or lies inside it."""

UNLESS_OURS: Final = ("**/*.tmp",)
"""Files being written by the gateway; ours when the manifest says so."""

GATEWAY_MARKERS: Final = (".uuid", ".ignition-seed-complete", "projects/*/project.json")
"""Any of them: a gateway has lived here."""

LATE_NAMES: Final = frozenset({"resource.json"})
"""Written after the files they sign: the gateway hashes a resource when it sees this file."""

_STAMP: Final = "lastModification"


def same_but_stamp(live: bytes, other: bytes) -> bool:
    """Whether two resource.json differ in nothing but ``attributes.lastModification*``.

    Layout and order do not count, because the gateway writes the whole file anew; every other value does, 1 and true and
    1.0 being three. False when either is no JSON object, or names a key twice, whose meaning is anybody's guess.
    """
    try:
        return _unstamped(live) == _unstamped(other)
    except (ValueError, RecursionError):
        return False


def _unstamped(data: bytes) -> str:
    """Everything but the stamp, in one canonical form. ValueError: no JSON object."""
    value = json.loads(data, object_pairs_hook=_once_each)
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - one kind of error for all that is no resource.json
    attributes = value.get("attributes")
    if isinstance(attributes, dict):
        kept = {key: item for key, item in attributes.items() if not key.startswith(_STAMP)}
        value = {key: item for key, item in value.items() if key != "attributes"}
        if kept:  # the gateway adds attributes to a file that has none, to hold the stamp
            value["attributes"] = kept
    return json.dumps(value, sort_keys=True)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found
