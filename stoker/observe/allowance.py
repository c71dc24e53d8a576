"""How much memory this process may have before the kernel kills it: what its control group says.

Both versions of control groups are read, by the path that the process is told of itself and, where a container sees only its own
part of the tree, at the root. A limit that an outer group has is not looked for: containers and units have theirs on their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

GROUPS: Final = Path("/sys/fs/cgroup")
OWN: Final = Path("/proc/self/cgroup")
NO_LIMIT: Final = 1 << 60
"""The first version says so by a number that no machine has."""


def memory_limit(groups: Path = GROUPS, own: Path = OWN) -> int | None:
    """In bytes; None where there is none, or nobody says."""
    for file in _files(groups, own):
        try:
            text = file.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        return int(text) if text.isdigit() and int(text) < NO_LIMIT else None
    return None


def _files(groups: Path, own: Path) -> list[Path]:
    """Where it may stand, the nearest first."""
    try:
        lines = [line.split(":", 2) for line in own.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return []
    found = []
    for number, controllers, path in (line for line in lines if len(line) == 3):
        if "memory" in controllers.split(","):
            folder, name = groups / "memory", "memory.limit_in_bytes"
        elif number == "0" and not controllers:
            folder, name = groups, "memory.max"
        else:
            continue
        found += [folder / path.lstrip("/") / name, folder / name]
    return found
