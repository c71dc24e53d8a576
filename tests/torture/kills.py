"""The kill loop: every point of a scenario, before and after each changing call, and again inside the recovery."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.mortal import DIED, FINISHED, CountingFiles, DyingFiles, in_child
from tests.torture.plant import SECOND, planted, settle, sync, verdict
from tests.torture.trees import Scenario, scenario

if TYPE_CHECKING:
    from collections.abc import Iterator


def calls_of(case: Scenario) -> int:
    """How many mutating calls the second sync makes."""
    with directory() as data:
        planted(data, case)
        files = CountingFiles()
        sync(data, case.trees[1], SECOND, files)
        assert verdict(data, case) == "new"
        return files.calls


def points(case: Scenario) -> Iterator[tuple[int, bool]]:
    """Before and after each call."""
    for at in range(1, calls_of(case) + 1):
        yield at, False
        yield at, True


def kill_at(case: Scenario, at: int, *, after: bool) -> str:
    """One kill, one recovery, one verdict; then the same commit is synced again and must be live."""
    with directory() as data:
        planted(data, case)
        code = in_child(lambda: sync(data, case.trees[1], SECOND, DyingFiles(at, after=after)))
        assert code in (DIED, FINISHED), f"scenario {case.seed} point {at}: the child failed with {code}"
        settle(data)
        state = verdict(data, case)
        sync(data, case.trees[1], SECOND)
        assert verdict(data, case) == "new"
        return state


def kill_recovery(case: Scenario, at: int, then: int, *, after: bool) -> str | None:
    """A kill at ``at`` and another at call ``then`` of the recovery; None when the recovery has fewer calls."""
    with directory() as data:
        planted(data, case)
        in_child(lambda: sync(data, case.trees[1], SECOND, DyingFiles(at, after=True)))
        code = in_child(lambda: settle(data, DyingFiles(then, after=after)))
        assert code in (DIED, FINISHED), f"scenario {case.seed} point {at}/{then}: the recovery failed with {code}"
        settle(data)
        state = verdict(data, case)
        return state if code == DIED else None


def run_points(seeds: range, *, budget: int) -> Counter[str]:
    """At most ``budget`` points over the scenarios, recoveries killed at sampled points too; outcomes counted."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        case = scenario(seed)
        rng = random.Random(seed)
        for at, after in points(case):
            seen[kill_at(case, at, after=after)] += 1
            if after and rng.random() < 0.25:
                for then in range(1, 200):
                    if (state := kill_recovery(case, at, then, after=bool(then % 2))) is None:
                        break
                    seen[f"recovery {state}"] += 1
            if sum(seen.values()) >= budget:
                return seen
    return seen


class directory:  # noqa: N801 - reads as the function it stands for
    """A fresh directory in memory-backed storage where there is some."""

    def __enter__(self) -> Path:
        base = "/dev/shm" if Path("/dev/shm").is_dir() else None
        self.path = Path(tempfile.mkdtemp(prefix="stoker-torture-", dir=base))
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
