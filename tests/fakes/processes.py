"""Looks at processes of this machine from outside, as ``ps`` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from collections.abc import Callable


def lives(pid: int) -> bool:
    """It is there, and is not only waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def visible(pid: int) -> bytes:
    """What its owner's other processes can see of it: command line and environment."""
    return Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()


def children(pid: int) -> list[int]:
    """Those that it started, from whichever thread, and that still run."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(text) for path in found for text in path.read_text().split()]


def left_in(folder: Path) -> list[str]:
    """What is in a folder."""
    return os.listdir(folder)


async def until(condition: Callable[[], object], within: float = 60.0) -> None:
    """For what nothing tells of: looks again and again. trio.TooSlowError."""
    with trio.fail_after(within):
        while not condition():  # noqa: ASYNC110 - another process sets no event here
            await trio.sleep(0.01)


def python(code: str, *arguments: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """A program of its own, its standard output piped."""
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, env=environment)
