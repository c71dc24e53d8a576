"""Sample repositories: projects as a plant has them, of realistic sizes, with signatures that a gateway accepts.

Generated from a seed, so that two runs compare the same bytes. Sizes follow what real projects show: most files well under
a kilobyte, a twentieth above 25 KB, one of a few megabytes, a quarter PNG, a few names with spaces, a few very deep paths,
and a resource.json beside every payload. ``sample_files`` touches no disk.
"""

from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from stoker.standalone.simulator.signature import SIGNATURE, signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Size = Literal["S", "M", "L", "XL"]


class Shape(NamedTuple):
    """How many files, how many bytes in all, and how many of these in the one largest file."""

    files: int
    total: int
    largest: int


SHAPES: Final[dict[Size, Shape]] = {
    "S": Shape(200, 3_000_000, 2_000_000),
    "M": Shape(1_500, 7_000_000, 2_200_000),
    "L": Shape(5_000, 20_000_000, 3_000_000),
    "XL": Shape(15_000, 75_000_000, 4_000_000),
}
PROJECTS: Final = ("Plant", "Line Control")
AREAS: Final = ("Press", "Mixer", "Oven", "Packaging", "Utilities", "TankFarm")
SPACED: Final = ("Press Line 1", "Oven 2 (old)", "Tank Farm North", "Spare Parts")
KINDS: Final = (
    ("com.inductiveautomation.perspective/views", "view.json"),
    ("com.inductiveautomation.perspective/views", "view.json"),
    ("ignition/script-python", "code.py"),
    ("ignition/named-query", "query.sql"),
)
PNG: Final = b"\x89PNG\r\n\x1a\n"
DEPTH: Final = 16
LENGTH: Final = 219
BIG: Final = 25_000
_TAIL_SHARE: Final = 0.055  # of the files, above BIG: a little over a twentieth, so that the 95th percentile is there
_SPACED_EVERY: Final = 8
_PNG_SHARE: Final = 0.25
_SMALL_PICTURE: Final = 7_300  # mean bytes of the pictures below BIG
_MANIFEST_AND_TEXT: Final = 700  # mean bytes of all that is no picture


def write_sample(root: Path, size: Size = "M", *, seed: int = 1) -> int:
    """Write the folder ``projects`` below ``root``; how many files it holds. Blocking."""
    count = 0
    for path, content in sample_files(size, seed=seed):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        count += 1
    return count


def sample_files(size: Size = "M", *, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Path (relative, below ``projects``) and content of every file."""
    shape = SHAPES[size]
    rng = random.Random(seed)
    for project in PROJECTS:
        yield f"projects/{project.replace(' ', '')}/project.json", _project(project)
    resources = _resources(shape.files - len(PROJECTS), rng)
    sizes = _tail(shape, resources)
    for number, names in enumerate(resources):
        payloads = {name: _payload(rng, name, sizes.get((number, name))) for name in names}
        folder = _folder(rng, number, names[0], len(resources))
        for name, content in payloads.items():
            yield f"{folder}/{name}", content
        yield f"{folder}/resource.json", _manifest(payloads)


def _resources(files: int, rng: random.Random) -> list[tuple[str, ...]]:
    """The payload names of each resource; together with their resource.json they are ``files``."""
    pictures = round((files + len(PROJECTS)) * _PNG_SHARE)
    singles = (files - 3 * pictures) // 2
    rest = files - 3 * pictures - 2 * singles
    plain: list[tuple[str, ...]] = [(rng.choice(KINDS)[1],) for _ in range(singles)]
    if rest:
        plain[0] = (plain[0][0], "config.json")
    found = [*plain, *[("view.json", "thumbnail.png")] * pictures]
    rng.shuffle(found)
    return found


def _tail(shape: Shape, resources: list[tuple[str, ...]]) -> dict[tuple[int, str], int]:
    """The sizes of the big files: the largest, and the twentieth above BIG, scaled until the whole weighs its total."""
    pictures = [(number, name) for number, names in enumerate(resources) for name in names if name.endswith(".png")]
    count = round(shape.files * _TAIL_SHARE)
    chosen = pictures[:: max(1, len(pictures) // count)][:count]
    small = len(pictures) - len(chosen)
    rest = shape.total - shape.largest - _SMALL_PICTURE * small - _MANIFEST_AND_TEXT * (shape.files - len(pictures))
    even = max(BIG * 1.02, rest / max(1, len(chosen) - 1))
    spread = [0.0, *(-math.log1p(-(place + 0.5) / len(chosen)) for place in range(len(chosen) - 1))]
    mean = sum(spread) / max(1, len(spread) - 1)
    sizes = [round(BIG * 1.02 + (even - BIG * 1.02) * part / mean) for part in spread]
    return {at: min(one, shape.largest) for at, one in zip(chosen, [shape.largest, *sizes[1:]], strict=True)}


def _folder(rng: random.Random, number: int, name: str, count: int) -> str:
    """Where a resource lies. One is as deep as paths get, one as long; a few have spaces."""
    module = next(module for module, payload in KINDS if payload == name)
    project = PROJECTS[number * 5 // count > 3].replace(" ", "")
    top = f"projects/{project}/{module}"
    if number == 1:
        levels = DEPTH - top.count("/") - 3
        return "/".join([top, *(f"Level{level}" for level in range(levels)), f"Unit{number}"])
    if number == 2:
        stem = f"{top}/Legacy/Unit{number}"
        return f"{stem}{'x' * (LENGTH - len(stem) - len('/resource.json'))}"
    areas = [rng.choice(AREAS) for _ in range(rng.randint(1, 3))]
    if number % _SPACED_EVERY == 3:
        areas[-1] = rng.choice(SPACED)
    return "/".join([top, *areas, f"Unit{number}"])


def _manifest(payloads: dict[str, bytes]) -> bytes:
    attributes: dict[str, Any] = {"lastModification": {"actor": "admin", "timestamp": "2026-01-01T00:00:00Z"}}
    manifest = {
        "scope": "G",
        "version": 1,
        "restricted": False,
        "overridable": True,
        "files": sorted(payloads),
        "attributes": attributes,
    }
    attributes[SIGNATURE] = signature(manifest, payloads)
    return _json(manifest)


def _payload(rng: random.Random, name: str, size: int | None) -> bytes:
    if name.endswith(".png"):
        length = size or int(1_000 * 24 ** rng.random())
        return PNG + rng.randbytes(length - len(PNG))
    lines = max(2, min(400, int(rng.lognormvariate(3.1, 0.7))))
    if name == "config.json":
        return _json({"enabled": True, "rows": lines})
    if name == "view.json":
        children = [{"type": "ia.display.label", "text": f"{rng.choice(AREAS)} {n}"} for n in range(lines // 2)]
        return _json({"root": {"type": "ia.container.flex", "children": children}})
    if name == "query.sql":
        return "".join(f"-- column {n}\nSELECT {rng.randrange(999)};\n" for n in range(lines)).encode()
    return "".join(f"value_{n} = {rng.randrange(999_999)}\n" for n in range(lines)).encode()


def _project(title: str) -> bytes:
    return _json({"title": title, "description": "", "enabled": True, "inheritable": False, "parent": ""})


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
