"""A real process whose service keeps failing: the others end in good order, one line says why, and the exit code is 1."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import trio
from functools import partial
from stoker.nursery.backoff import Backoff
from stoker.nursery.circles import supervise_circles
from stoker.nursery.service import Named
from stoker.process.running import run_until_signal

async def bad(*, task_status):
    task_status.started()
    raise OSError("the disk is gone")

async def good(until, name, *, task_status):
    task_status.started()
    await until.wait()
    print(name, "ended", flush=True)

async def main(stopping):
    late = trio.Event()
    await supervise_circles(
        [Named("bad", bad), Named("agents", partial(good, stopping, "agents"))],
        [Named("state", partial(good, late, "state"))],
        stopping=stopping,
        late=late,
        on_crash=lambda crash: None,
        on_state=lambda name, serving: None,
        backoff=Backoff((0.001,)),
        give_up_after=3,
    )

sys.exit(run_until_signal(main, grace=5))
"""


def test_with_1_and_one_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["agents ended", "state ended"]
    assert done.stderr == "stoker: service bad failed 3 times in a row; last: OSError: the disk is gone\n"
    assert done.returncode == 1
