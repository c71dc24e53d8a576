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
    """Whether two resource.json differ in nothing but ``attributes.lastModification*``; False when either is no JSON."""
    try:
        first, second = _unstamped(live), _unstamped(other)
    except (ValueError, RecursionError):
        return False
    return first is not None and first == second


def _unstamped(data: bytes) -> dict[str, Any] | None:
    value = json.loads(data)
    if not isinstance(value, dict):
        return None
    attributes = value.get("attributes")
    if isinstance(attributes, dict):
        kept = {key: item for key, item in attributes.items() if not key.startswith(_STAMP)}
        value = {**value, "attributes": kept}
    return value
