"""What the gateway sees when it scans: every resource hashed, wrong signatures rewritten, half-written ones recorded."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from stoker.standalone.samples import signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Seen(NamedTuple):
    """One scan: resources hashed, paths rewritten because of their signature, and what was half-written."""

    resources: int
    rewritten: tuple[str, ...]
    half_written: tuple[str, ...]


def scan(top: Path, known: dict[str, tuple[int, int]]) -> Seen:
    """Scan the resources below ``top``; ``known`` remembers size and time of those that were good. Blocking."""
    rewritten: list[str] = []
    half: list[str] = []
    count = 0
    for path in _manifests(top):
        count += 1
        try:
            found = path.stat()
            if known.get(str(path)) == (found.st_size, found.st_mtime_ns):
                continue
            trouble, changed = _hash(path)
        except FileNotFoundError:
            continue  # deleted between listing and reading, as a whole resource may be
        if trouble:
            half.append(f"{path.relative_to(top.parent)}: {trouble}")
            continue
        if changed:
            rewritten.append(str(path.relative_to(top.parent)))
        found = path.stat()
        known[str(path)] = (found.st_size, found.st_mtime_ns)
    return Seen(count, tuple(rewritten), tuple(half))


def _manifests(top: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != ".resources"]
        if "resource.json" in names:
            yield top.__class__(folder, "resource.json")


def _hash(path: Path) -> tuple[str, bool]:
    """What is wrong with the resource ("" for nothing), and whether its manifest was rewritten."""
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError:
        return "its resource.json is no JSON", False
    payloads: dict[str, bytes] = {}
    for name in manifest.get("files", ()):
        file = path.parent / str(name)
        try:
            payloads[str(name)] = file.read_bytes()
        except FileNotFoundError:
            if not path.exists():
                return "", False
            return f"its file {name} is missing", False
    attributes = manifest.setdefault("attributes", {})
    if attributes.get("lastModificationSignature") == signature(manifest, payloads):
        return "", False
    attributes["lastModification"] = {"actor": "external", "timestamp": "2026-01-01T00:00:00Z"}
    attributes["lastModificationSignature"] = signature(manifest, payloads)
    new = path.with_name("resource.json.tmp")
    new.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    os.replace(new, path)
    return "", True
