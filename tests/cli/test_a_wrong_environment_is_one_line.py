"""A wrong environment is one line a fault, exit code 2, before anything is served or written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stoker", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **env})


def test_every_wrong_variable_of_standalone_is_named(tmp_path: Path) -> None:
    answer = run(
        *("standalone", "-f", str(tmp_path), "--state-dir", str(tmp_path / "state")),
        LOG_LEVEL="loud",
        LOG_DEV_MODE="maybe",
        WEBHOOK_HMAC_SECRET="first-one\nsecond-one\nthird-one",
    )
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "stoker: LOG_LEVEL is 'loud': use one of debug, info, warning, warn, error",
        "stoker: LOG_DEV_MODE is 'maybe': use true or false",
        "stoker: WEBHOOK_HMAC_SECRET holds 3 values: at most two, one a line",
    ]
    assert not (tmp_path / "state").exists()


def test_a_wrong_log_level_of_the_simulator_is_one_line(tmp_path: Path) -> None:
    answer = run("simulator", "--data-dir", str(tmp_path), "--port", "0", LOG_LEVEL="loud")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "stoker simulator: LOG_LEVEL is 'loud': use one of debug, info, warning, warn, error\n"


def test_a_taken_address_is_one_line_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        state = str(tmp_path / "state")
        answer = run("standalone", "-f", str(tmp_path), "--state-dir", state, "--probes", address)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith(f"stoker: --probes {address} cannot be served: it is in use by another process")
    assert answer.stderr.count("\n") == 1
