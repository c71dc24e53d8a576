"""Real SIGKILLs of the real process: `stoker standalone` dies at any moment of a sync; the directory is one commit.

The verdict compares with git's own opinion of both commits. A start's first act, settling, is done here by the engine,
so that the process cannot repair by syncing anew what its recovery left half.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stoker.agent.profile import PROTECTION
from stoker.standalone.demo.compare import compare
from stoker.standalone.demo.repository import Repository
from stoker.sync.engine import Engine
from tests.torture.pool import run_all

if TYPE_CHECKING:
    from collections.abc import Callable

MANIFESTS = """\
apiVersion: v1
kind: Secret
metadata: {{name: ignition-api}}
stringData: {{apiKey: "a:b"}}
---
apiVersion: stoker.io/v1alpha1
kind: GatewaySync
metadata: {{name: plant}}
spec:
  git: {{repo: "file://{bare}", ref: main}}
  gateway: {{api: {{secretName: ignition-api}}, port: 9}}
  sync: {{profiles: {{default: {{mappings: [{{source: projects, destination: projects}}]}}}}}}
"""
FILES = 250


class Plant:
    """One repository, one data directory, and the process that is killed over and over."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.data.mkdir()
        self.repository = Repository(root / "plant.git", root / "work")
        self.repository.create()
        (root / "manifests.yaml").write_text(MANIFESTS.format(bare=root / "plant.git"))

    def commit(self, round_: int) -> str:
        """Another content in most files, some added, some gone."""
        for number in range(FILES):
            path = self.root / "work/projects" / f"Line {number % 7}" / f"v{number}" / "view.json"
            if (number + round_) % 9 == 0:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'{{"round": {round_}, "pad": "{"x" * (number % 50) * 40}"}}')
        return self.repository.commit(f"round {round_}")

    def spawn(self) -> subprocess.Popen[bytes]:
        """One real process that syncs once."""
        command = [sys.executable, "-m", "stoker", "standalone", "-f", str(self.root / "manifests.yaml")]
        more = ["--data-dir", str(self.data), "--state-dir", str(self.root / "state"), "--once"]
        with (self.root / "log").open("ab") as log:
            return subprocess.Popen([*command, *more], stdout=log, stderr=log, start_new_session=True)

    def settle(self) -> bool:
        """What a start does first; whether a scan is owed."""
        engine = Engine(self.data, protection=PROTECTION)
        engine.open()
        try:
            engine.settle()
            return engine.announcement_owed
        finally:
            engine.close()

    def is_commit(self, commit: str) -> bool:
        """Is every live file as git says for ``commit``?"""
        (self.data / "projects").mkdir(exist_ok=True)
        return not compare(self.repository.files(commit, "projects"), self.data / "projects")


def strike(process: subprocess.Popen[bytes], journal: Path, rng: random.Random) -> str:
    """Kill in the merge (as soon as its journal stands, and a little later), or at any other moment."""
    in_merge = rng.random() < 0.7
    later = rng.random() * (0.02 if in_merge else 1.0)
    deadline = time.monotonic() + 30
    while in_merge and not journal.exists() and process.poll() is None and time.monotonic() < deadline:
        os.sched_yield()
    until = time.monotonic() + later
    while time.monotonic() < until and process.poll() is None:
        os.sched_yield()
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    return "in a merge" if journal.exists() else "killed" if process.returncode == -signal.SIGKILL else "ended"


def kill_rounds(root: Path, rounds: int, seed: int) -> dict[str, int]:
    """So many kills, each followed by a recovery and a verdict; outcomes counted."""
    plant, rng = Plant(root), random.Random(seed)
    seen: dict[str, int] = {}
    old = plant.commit(0)
    assert plant.spawn().wait(timeout=60) == 1, "files are live, but no gateway answers"
    assert plant.is_commit(old), (root / "log").read_text()[-3000:]
    for round_ in range(1, rounds + 1):
        new = plant.commit(round_)
        struck = strike(plant.spawn(), plant.data / ".stoker/journal", rng)
        owed = plant.settle()
        state = "new" if plant.is_commit(new) else "old" if plant.is_commit(old) else "half"
        assert state != "half", f"round {round_} ({struck}): neither {old[:7]} nor {new[:7]}"
        assert owed, f"round {round_}: the scan of an earlier merge is owed for ever until it is made"
        assert not (plant.data / ".sync-staging").exists()
        seen[f"{struck}: {state}"] = seen.get(f"{struck}: {state}", 0) + 1
        old = new if state == "new" else old
    return seen


def test_a_killed_process_leaves_one_whole_commit_and_its_debt(tmp_path: Path) -> None:
    seen = kill_rounds(tmp_path, 10, seed=5)
    assert sum(count for what, count in seen.items() if not what.startswith("ended")) >= 5, seen


def rounds(seed: int) -> Counter[str]:
    """Sixty kills of one plant."""
    # git may still tidy up in the background when the last round is over
    with tempfile.TemporaryDirectory(prefix="stoker-torture-", ignore_cleanup_errors=True) as root:
        return Counter(kill_rounds(Path(root), 60, seed))


@pytest.mark.torture
def test_two_hundred_kills_leave_one_whole_commit_each(tell: Callable[[Counter[str], int], None]) -> None:
    seen = run_all(rounds, range(5))
    kills = sum(count for what, count in seen.items() if not what.startswith("ended"))
    tell(seen, kills)
    assert kills >= 200
    assert sum(count for what, count in seen.items() if what.startswith("in a merge")) >= 50
