"""What the faults rest on: a process believes a clock that is moved while it runs, and its tasks can be counted from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.fakes.laid_open import lay_out, set_clock, tasks_of

if TYPE_CHECKING:
    from pathlib import Path

ASKED = """
import json, sys, time
from pathlib import Path
from tests.fakes.laid_open import install
install(Path(sys.argv[1]))
import datetime
for _ in sys.stdin:
    now = datetime.datetime.now(datetime.UTC)
    print(json.dumps([time.time(), now.timestamp(), time.time_ns() / 1e9, time.monotonic()]), flush=True)
"""
NEAR = 60.0
DAYS = 400 * 86400.0


def test_the_wall_clock_moves_at_once_and_alone(tmp_path: Path) -> None:
    lay_out(tmp_path)
    command = [sys.executable, "-c", ASKED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for shift in (0.0, DAYS, -DAYS):
            set_clock(tmp_path, shift)
            process.stdin.write("?\n")
            process.stdin.flush()
            *wall, monotonic = json.loads(process.stdout.readline())
            assert all(abs(told - time.time() - shift) < NEAR for told in wall), wall
            assert abs(monotonic - time.monotonic()) < NEAR
        process.stdin.close()


COUNTED = """
import sys, trio
from pathlib import Path
from tests.fakes.laid_open import install
install(Path(sys.argv[1]))
async def main():
    async with trio.open_nursery() as nursery:
        for line in sys.stdin:
            for _ in range(int(line)):
                nursery.start_soon(trio.sleep_forever)
            await trio.lowlevel.checkpoint()
            print(flush=True)
        nursery.cancel_scope.cancel()
trio.run(main)
"""


def test_each_task_counts_while_it_lives(tmp_path: Path) -> None:
    lay_out(tmp_path)
    command = [sys.executable, "-c", COUNTED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        seen = []
        for more in (0, 5, 2):
            process.stdin.write(f"{more}\n")
            process.stdin.flush()
            process.stdout.readline()
            seen.append(tasks_of(tmp_path))
        process.stdin.close()
    assert [count - seen[0] for count in seen] == [0, 5, 7]
    assert tasks_of(tmp_path) == 0
