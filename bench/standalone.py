"""``stoker standalone`` as the sections run it: a process over one manifests file, and its log line by line."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = {"WEBHOOK_HMAC_SECRET": "a-secret-of-the-bench"}


@contextlib.contextmanager
def standalone(
    file: Path, state: Path, *, receiver: str = "", log: int = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """The process, stopped in good order at the end where it still runs; ``receiver``: HOST:PORT. Its log is on ``stdout``."""
    command = [sys.executable, "-m", "stoker", "standalone", "-f", str(file), "--state-dir", str(state)]
    command += ["--receiver", receiver] if receiver else []
    with subprocess.Popen(command, stdout=log, text=True, env={**os.environ, **SECRET}) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate()


def until_synced(process: subprocess.Popen[str]) -> None:
    """Returns with the line that tells of the first sync; RuntimeError when the process ends without."""
    assert process.stdout is not None
    if not any(json.loads(line)["event"] == "sync_completed" for line in process.stdout):
        raise RuntimeError("stoker standalone ended without a sync")
