"""The demo's git server and developer: a bare repository and a clone, driven by the git binary.

Stoker reads repositories with a library of its own; the demo asks git itself, so that what it compares with is an
independent opinion.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from stoker.errors import ServiceFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# No configuration of the person who runs the demo: hooks, signing or a template of theirs must not interfere.
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Dana Demo",
    "GIT_AUTHOR_EMAIL": "dana@example.com",
    "GIT_COMMITTER_NAME": "Dana Demo",
    "GIT_COMMITTER_EMAIL": "dana@example.com",
    "GIT_TERMINAL_PROMPT": "0",
}


class Repository:
    """``bare`` is what Stoker reads, ``work`` where commits are made. All methods block."""

    def __init__(self, bare: Path, work: Path) -> None:
        self.bare = bare
        self.work = work

    def create(self) -> None:
        """Make both, empty."""
        self._git(None, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        self._git(None, "init", "--quiet", "--initial-branch=main", str(self.work))
        self._git(self.work, "remote", "add", "origin", str(self.bare))

    def commit(self, message: str) -> str:
        """Commit everything in the work tree on the present branch and push it; the commit's hash."""
        self._git(self.work, "add", "--all")
        self._git(self.work, "commit", "--quiet", "--message", message)
        self._git(self.work, "push", "--quiet", "origin", "HEAD")
        return self._git(self.work, "rev-parse", "HEAD").decode().strip()

    def switch(self, branch: str, *, create: bool = False) -> None:
        """Go to ``branch``."""
        self._git(self.work, "switch", "--quiet", *(["--create"] if create else []), branch)

    def files(self, commit: str, folder: str) -> Mapping[str, bytes]:
        """Every file below ``folder`` at ``commit``: path relative to it, content."""
        listing = self._git(self.bare, "ls-tree", "-r", "-z", f"{commit}:{folder}").split(b"\0")
        entries = [entry.split(b"\t", 1) for entry in listing if entry]
        wanted = b"".join(meta.split()[2] + b"\n" for meta, _ in entries)
        blobs = _blobs(self._git(self.bare, "cat-file", "--batch", input_=wanted), len(entries))
        return {path.decode(): blob for (_, path), blob in zip(entries, blobs, strict=True)}

    def _git(self, where: Path | None, *arguments: str, input_: bytes | None = None) -> bytes:
        command = ["git", *(["-C", str(where)] if where else []), *arguments]
        try:
            done = subprocess.run(
                command, input=input_, capture_output=True, timeout=120, check=False, env={**os.environ, **ENVIRONMENT}
            )
        except FileNotFoundError:
            raise ServiceFailed("git is not installed; the demo needs it to play the developer: install git") from None
        if done.returncode != 0:
            raise ServiceFailed(f"`{' '.join(command[:6])}` failed: {done.stderr.decode('utf-8', 'replace').strip()}")
        return done.stdout


def _blobs(output: bytes, count: int) -> list[bytes]:
    """The contents out of ``git cat-file --batch``: each a header line that ends with its size, the bytes, a newline."""
    blobs, at = [], 0
    for _ in range(count):
        end = output.index(b"\n", at)
        size = int(output[at:end].rsplit(b" ", 1)[1])
        blobs.append(output[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return blobs
