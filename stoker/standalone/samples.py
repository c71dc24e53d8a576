"""Sample repositories: projects as a plant has them, of realistic sizes, with signatures that a gateway accepts.

Generated from a seed, so that two runs compare the same bytes. Shapes and sizes follow what real projects show: small
text payloads, a quarter thumbnails, spaces in many names, a resource.json beside every payload.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

Size = Literal["S", "M", "L", "XL"]


class _Shape(NamedTuple):
    files: int
    thumbnail: int  # mean bytes of a thumbnail


SHAPES: Final[dict[Size, _Shape]] = {
    "S": _Shape(200, 45_000),
    "M": _Shape(1_500, 14_000),
    "L": _Shape(5_000, 11_000),
    "XL": _Shape(15_000, 15_000),
}
AREAS: Final = ("Press Line", "Mixer", "Oven 2", "Packaging", "Utilities", "Tank Farm")
KINDS: Final = (
    ("com.inductiveautomation.perspective/views", "view.json"),
    ("ignition/script-python", "code.py"),
    ("ignition/named-query", "query.sql"),
)
_SCOPE_BITS: Final = {"G": 1, "D": 2, "C": 4, "A": 7}


def write_sample(root: Path, size: Size = "M", *, seed: int = 1) -> int:
    """Write the folder ``projects`` below ``root``; how many files it holds. Blocking."""
    rng = random.Random(seed)
    shape = SHAPES[size]
    written = resources = 0
    while written < shape.files:
        project = root / "projects" / ("Plant" if resources < shape.files // 6 else "Line Control")
        if not (project / "project.json").exists():
            body = {"title": project.name, "description": "", "enabled": True, "inheritable": False, "parent": ""}
            _write(project / "project.json", _json(body))
            written += 1
        folder, name = rng.choice(KINDS)
        area = "/".join(rng.choice(AREAS) for _ in range(rng.randint(1, 3)))
        payloads = {name: _payload(rng, name)}
        if rng.random() < 0.75:
            payloads["thumbnail.png"] = b"\x89PNG\r\n\x1a\n" + rng.randbytes(
                int(rng.uniform(0.2, 1.8) * shape.thumbnail)
            )
        written += _resource(project / folder / area / f"Unit {resources}", payloads)
        resources += 1
    return written


def signature(manifest: dict[str, object], payloads: dict[str, bytes]) -> str:
    """The 8.3 signature of a resource: SHA-256 over scope, description, version, flags, files and other attributes."""
    digest = hashlib.sha256(_SCOPE_BITS.get(str(manifest.get("scope", "A")), 7).to_bytes(4, "big"))
    digest.update(str(manifest.get("description") or "").encode())
    version = manifest.get("version", 1)
    digest.update((version if isinstance(version, int) else 1).to_bytes(4, "big"))
    digest.update(bytes(bool(manifest.get(flag)) for flag in ("unary", "restricted", "overridable")))
    for name in sorted(payloads):
        digest.update(name.encode() + hashlib.sha256(payloads[name]).hexdigest().encode())
    attributes = manifest.get("attributes")
    for key, value in sorted(attributes.items() if isinstance(attributes, dict) else ()):
        if key != "lastModificationSignature":
            digest.update(key.encode() + json.dumps(value, separators=(",", ":")).encode())
    return digest.hexdigest()


def _resource(folder: Path, payloads: dict[str, bytes]) -> int:
    manifest: dict[str, object] = {
        "scope": "G",
        "version": 1,
        "restricted": False,
        "overridable": True,
        "files": sorted(payloads),
        "attributes": {"lastModification": {"actor": "admin", "timestamp": "2026-01-01T00:00:00Z"}},
    }
    attributes = manifest["attributes"]
    if isinstance(attributes, dict):
        attributes["lastModificationSignature"] = signature(manifest, payloads)
    for name, data in payloads.items():
        _write(folder / name, data)
    _write(folder / "resource.json", _json(manifest))
    return len(payloads) + 1


def _payload(rng: random.Random, name: str) -> bytes:
    lines = max(2, int(rng.lognormvariate(2.6, 0.9)))
    if name == "view.json":
        children = [{"type": "ia.display.label", "props": {"text": f"{rng.choice(AREAS)} {n}"}} for n in range(lines)]
        return _json({"root": {"type": "ia.container.flex", "children": children}})
    if name == "query.sql":
        return "".join(f"-- column {n}\nSELECT {rng.randrange(999)};\n" for n in range(lines)).encode()
    return "".join(f"value_{n} = {rng.randrange(999_999)}\n" for n in range(lines)).encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
