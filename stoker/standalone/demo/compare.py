"""Compares a gateway's files with a commit, byte for byte.

The one difference that is let pass is the gateway's own stamp: a resource.json that differs only in
``attributes.lastModification*`` (and its signature), which the gateway rewrites by itself; such files are counted.
What the gateway keeps for itself is no difference: its ``.resources`` folders, and the ``*.tmp`` files that it writes
before it puts them in place, which come and go while it scans.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAMP = "lastModification"
GATEWAYS_OWN = ".resources"
GATEWAYS_WORK = ".tmp"


class Difference(Value, frozen=True):
    """Paths that are not as in the commit; ``same`` are, ``stamped`` of them but for the gateway's stamp."""

    same: int
    stamped: int
    wrong: tuple[str, ...]
    missing: tuple[str, ...]
    surplus: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.wrong or self.missing or self.surplus)

    def __str__(self) -> str:
        parts = (("differ", self.wrong), ("missing", self.missing), ("too many", self.surplus))
        return ", ".join(f"{len(paths)} {what} (such as {paths[0]})" for what, paths in parts if paths) or "none"


def compare(expected: Mapping[str, bytes], root: Path) -> Difference:
    """How the files below ``root`` differ from ``expected`` (path to content). Blocking."""
    live = read_tree(root)
    wrong, stamped = [], 0
    for path in sorted(expected.keys() & live.keys()):
        if live[path] != expected[path]:
            if path.endswith("resource.json") and _unstamped(live[path]) == _unstamped(expected[path]) is not None:
                stamped += 1
            else:
                wrong.append(path)
    missing = sorted(expected.keys() - live.keys())
    surplus = sorted(live.keys() - expected.keys())
    return Difference(len(expected) - len(wrong) - len(missing), stamped, tuple(wrong), tuple(missing), tuple(surplus))


def read_tree(root: Path) -> dict[str, bytes]:
    """Every file below ``root`` but the gateway's own."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.suffix != GATEWAYS_WORK and GATEWAYS_OWN not in path.parts and path.is_file()
    }


def _unstamped(raw: bytes) -> Any:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    attributes = value.get("attributes") if isinstance(value, dict) else None
    if isinstance(attributes, dict):
        value["attributes"] = {key: item for key, item in attributes.items() if not key.startswith(STAMP)}
    return value
