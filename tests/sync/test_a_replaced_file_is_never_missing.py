"""There is no moment in which a replaced file is missing or half: another process looks all the time."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.sync.conftest import Sync, write

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 100_000


def look(path: bytes, ready: int) -> None:
    """Reads the file for ever; the first byte that goes out says that it looks, any other that something was wrong."""
    os.write(ready, b"r")
    while True:
        try:
            fd = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            os.write(ready, b"m")
            continue
        seen = os.read(fd, SIZE + 1)
        os.close(fd)
        if len(seen) != SIZE or len(set(seen)) != 1:
            os.write(ready, b"h")


def test_a_reader_sees_the_old_or_the_new_file_whole(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/p/view.json": "a" * SIZE})
    sync()
    out, ready = os.pipe()
    reader = os.fork()
    if reader == 0:
        look(os.fsencode(data / "projects/p/view.json"), ready)
    try:
        os.close(ready)
        assert os.read(out, 1) == b"r"
        for number in range(60):
            write(source, {"projects/p/view.json": chr(ord("b") + number % 20) * SIZE, f"projects/n{number}": "x"})
            assert "projects/p/view.json" in sync(f"{number:040}").modified
    finally:
        os.kill(reader, signal.SIGKILL)
        os.waitpid(reader, 0)
    assert os.read(out, 100) == b"", "m: it was missing; h: it was half"
    os.close(out)
