"""``stoker demo`` as a newcomer runs it: every step shown and held, commands that work, and 1 when a step does not hold."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import trio

if TYPE_CHECKING:
    from pathlib import Path

STEPS = (
    "A repository of a plant's projects, and a gateway",
    "First sync",
    "A commit, announced by a signed push",
    "A forged signature",
    "A push to another branch",
    "SIGKILL in the middle of a merge",
    "A force request for an unchanged commit",
    "A file of this gateway's own, by template and patch",
    "A change by hand",
    "What the gateway saw",
)
FACTS = (
    r"1,500 files, [\d.]+ MB in commit [0-9a-f]{7}",
    r"1,500 files are live, byte for byte as in [0-9a-f]{7}, and scanned",
    r"commit [0-9a-f]{7} is live and scanned \d+ ms after the push request was sent",
    r"answered 401",
    r"answered 202, accepted: false",
    r"killed with SIGKILL in the middle of a merge",
    r"every file is the (old|new) commit [0-9a-f]{7}, byte for byte",
    r"was synced and scanned again after \d+ ms, no file changed",
    r"by template: gateway press-line-1, line 1; by patch: setpoint 42.5, no other byte changed",
    r"found and named, and left as it is",
    r"a forced sync restores it; what was made by hand is in \.stoker/kept/",
    r"the gateway met nothing half-written",
)
SECONDS = 240.0

pytestmark = pytest.mark.timeout(300)


async def bash(command: str) -> str:
    """What a command prints; its failure is the test's."""
    with trio.fail_after(60):
        done = await trio.run_process(["bash", "-ec", command], capture_stdout=True, capture_stderr=True)
    return done.stdout.decode()


async def until_idle(process: trio.Process, last: str) -> str:
    """Everything printed up to a line that holds ``last``."""
    assert process.stdout is not None
    text = ""
    with trio.fail_after(SECONDS):
        while not re.search(rf"{last}.*\n", text):
            part = await process.stdout.receive_some(65536)
            assert part, text
            text += part.decode()
    return text


async def test_every_step_holds_and_the_commands_to_play_with_work(tmp_path: Path) -> None:
    root = tmp_path / "play"
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "stoker", "demo", "--stay", "--dir", str(root)], stdout=subprocess.PIPE
    )
    try:
        text = await until_idle(process, re.escape(f"ls {root}/gateway-data/projects"))
        assert "\x1b" not in text
        for number, step in enumerate(STEPS, start=1):
            assert f"{number}/10 {step}\n" in text
        for fact in FACTS:
            assert re.search(rf"^   ok    .*{fact}", text, re.MULTILINE), fact
        assert '"event": "merge_recovered"' in text
        assert "FAILED" not in text
        commands = re.findall(r"^   (\S.*)$", text.partition("It keeps running")[2], re.MULTILINE)
        assert len(commands) == 6
        await bash(commands[0])
        assert '"accepted":true' in await bash(commands[1])
        with trio.fail_after(60):
            live = ""
            while "# tuned" not in live:
                live = await bash(f"grep -rh '# tuned' {root}/gateway-data/projects || true")
        assert "subject" in await bash(commands[4])
        assert "Plant" in await bash(commands[5])
        process.send_signal(signal.SIGINT)
        with trio.fail_after(60):
            assert await process.wait() == 0
    finally:
        process.kill()
        with trio.CancelScope(deadline=trio.current_time() + 20, shield=True):
            await process.wait()


def test_a_step_that_does_not_hold_ends_it_with_1_and_the_reason(tmp_path: Path) -> None:
    """Sabotage from outside: a git on PATH whose pushes of the second commit never arrive."""
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    wrapper.write_text(
        f"""#!/bin/sh
case "$*" in *push*) echo x >> {tmp_path}/pushes; [ "$(wc -l < {tmp_path}/pushes)" -ge 2 ] && exit 0;; esac
exec {real} "$@"
"""
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    env = os.environ | {"PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "stoker", "demo", "--dir", str(tmp_path / "play")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env=env)
    assert done.returncode == 1
    assert "3/10" in done.stdout
    assert "4/10" not in done.stdout
    assert re.search(r"^   FAILED the push is live and scanned: not within", done.stdout, re.MULTILINE)
    assert "A step did not hold" in done.stdout
    assert (tmp_path / "play" / "stoker.log").is_file()
