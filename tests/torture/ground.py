"""Where a scenario plays: a fresh directory, with a border in it where the scenario has one, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.mounts import tmpfs, unmount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.torture.trees import Scenario


@contextmanager
def ground(case: Scenario) -> Iterator[Path]:
    """A data directory in memory-backed storage where there is some; ``config`` in it is a mount if there is a border."""
    path = Path(tempfile.mkdtemp(prefix="stoker-torture-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        if case.border:
            (path / "config").mkdir()
            tmpfs(path / "config")
        yield path
    finally:
        if case.border:
            unmount(path / "config")
        shutil.rmtree(path, ignore_errors=True)
