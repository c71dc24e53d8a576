"""Where the measured files live: a journaled ext4 image backed by memory, or a plain temporary folder.

A bare machine's root file system can slow tenfold after mass deletes, so figures taken there say little about the code.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = "6G"


@contextlib.contextmanager
def workplace() -> Iterator[tuple[Path, str]]:
    """A fresh folder and one line that says what it is on."""
    if os.geteuid() == 0 and Path("/dev/shm").is_dir() and shutil.which("mkfs.ext4"):
        image = Path(tempfile.mkstemp(dir="/dev/shm", suffix=".ext4")[1])
        mount = Path(tempfile.mkdtemp(prefix="stoker-bench-"))
        try:
            subprocess.run(["truncate", "-s", SIZE, image], check=True)
            subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
            if subprocess.run(["mount", "-o", "loop", image, mount], check=False, capture_output=True).returncode == 0:
                try:
                    yield mount, "journaled ext4 image backed by memory (loop)"
                finally:
                    subprocess.run(["umount", "-l", mount], check=True)
                return
        finally:
            image.unlink(missing_ok=True)
            shutil.rmtree(mount, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="stoker-bench-") as folder:
        yield Path(folder), "temporary folder of the machine (figures may be noisy)"
