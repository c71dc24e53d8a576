"""A machine of the test's own, as the environment of what is run on it: an empty home and cache, and a go that only pretends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def pretending(root: Path, go: str) -> dict[str, str]:
    """``go``: the text of the script that stands for it; it may write to the file ``FAKE_GO_LOG``."""
    (root / "bin").mkdir()
    (root / "bin/go").write_text(go)
    (root / "bin/go").chmod(0o755)
    return {
        "PATH": f"{root}/bin:/usr/bin:/bin",
        "HOME": str(root),
        "XDG_CACHE_HOME": str(root / "cache"),
        "FAKE_GO_LOG": str(root / "log"),
    }
