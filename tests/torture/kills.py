"""The kill loops: every point of a sync, and points of its recovery, of that one's recovery, and of an undoing.

Each loop yields one line an outcome; a point is one death before or after one changing call, followed by a recovery, a
verdict and a healing sync.
"""

from __future__ import annotations

import contextlib
import errno
import random
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from stoker.errors import JournalUnsettled, MergeFailed, StagingFailed
from tests.torture.ground import ground
from tests.torture.mortal import DIED, FINISHED, Death, Refusal, ScriptedFiles, in_child
from tests.torture.plant import heals, planted, second, settle, twin, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.torture.trees import Scenario


STAGES = (
    "in a sync",
    "in its recovery",
    "in the recovery of that recovery",
    "in an undoing",
    "in the recovery of an undoing",
)
AREAS = (
    *("staging", "live", "kept", "flush", ".stoker/journal.new", ".stoker/journal"),
    *(".stoker/manifest", ".stoker/manifest.new", ".stoker/lock"),
)


def trail_of(case: Scenario) -> list[tuple[str, str]]:
    """The mutating calls of the second sync, unhurt."""
    with ground(case) as data:
        planted(data, case)
        files = twin(case)
        second(data, case, files)
        assert verdict(data, case) == "new"
        return files.trail


def area(path: str) -> str:
    """What part of the engine's work a path belongs to."""
    if ".sync-staging" in path:
        return "staging"
    if path.startswith(".stoker/kept"):
        return "kept"
    return path if path.startswith(".stoker/") else "live" if path not in (".", ".stoker", "config") else "flush"


def deaths(calls: int) -> Iterator[Death]:
    """Before and after each of so many calls."""
    for at in range(1, calls + 1):
        yield Death(at, after=False)
        yield Death(at, after=True)


def dies(case: Scenario, *points: Death, refusal: Refusal | None = None) -> str | None:
    """A death in the sync, one in its recovery, one in that one's recovery …; then the verdict and a healing sync.

    None when the last of them never came, because there were fewer calls. ``refusal``: the sync meets that first, so
    that what is killed is the undoing.
    """
    with ground(case) as data:
        planted(data, case)
        code = DIED
        for depth, point in enumerate(points):
            files = ScriptedFiles(links=case.links, death=point, refusal=refusal if depth == 0 else None)
            go = partial(recover if depth else _refused if refusal else second, data, case, files)
            code = in_child(go)
            assert code in (DIED, FINISHED), f"scenario {case.seed} {points}: the child failed with {code}"
        settle(data, twin(case))
        state = heals(data, case)
        return state if code == DIED else None


def recover(data: Path, case: Scenario, files: ScriptedFiles) -> None:
    """What a start does, as `plant.second` is called."""
    del case
    settle(data, files)


def _refused(data: Path, case: Scenario, files: ScriptedFiles) -> None:
    with contextlib.suppress(StagingFailed, MergeFailed, JournalUnsettled):  # what matters is what it leaves
        second(data, case, files)


def torture(case: Scenario) -> Counter[str]:
    """Every point of the sync; recoveries, recoveries of those, and undoings at points drawn by the seed."""
    seen: Counter[str] = Counter()
    rng = random.Random(case.seed)
    trail = trail_of(case)
    for death in deaths(len(trail)):
        seen[f"in a sync: {dies(case, death)}"] += 1
        op, path = trail[death.at - 1]
        seen[f"  at {op} of {area(path)}"] += 1
    for at in _in_the_merge(trail, rng, 3):
        _deeper(case, (Death(at, after=True),), "in its recovery", seen)
    for at in _in_the_merge(trail, rng, 1):
        recovery = _recovery(case, Death(at, after=True))
        _deeper(
            case,
            (Death(at, after=True), Death(rng.randint(1, recovery), after=True)),
            "in the recovery of that recovery",
            seen,
        )
    for at in _in_the_merge(trail, rng, 3):
        refusal = Refusal(at, rng.choice((errno.ENOSPC, errno.EIO)))
        _deeper(case, (), "in an undoing", seen, refusal=refusal, start=at)
    for at in _in_the_merge(trail, rng, 1):
        undoing = Death(at + rng.randint(1, 8), after=bool(rng.randrange(2)))
        _deeper(case, (undoing,), "in the recovery of an undoing", seen, refusal=Refusal(at, errno.ENOSPC))
    return seen


def _deeper(
    case: Scenario,
    before: tuple[Death, ...],
    name: str,
    seen: Counter[str],
    *,
    refusal: Refusal | None = None,
    start: int = 0,
) -> None:
    """One death more than ``before``, at every call after number ``start`` there is."""
    for death in deaths(start + 200):
        if death.at <= start:
            continue
        state = dies(case, *before, death, refusal=refusal)
        if state is None:
            return
        seen[f"{name}: {state}"] += 1


def _in_the_merge(trail: list[tuple[str, str]], rng: random.Random, count: int) -> list[int]:
    """Some of the calls between PREPARED and the journal's end."""
    merge = range(trail.index(("rename", ".stoker/journal")) + 1, trail.index(("unlink", ".stoker/journal")) + 1)
    return rng.sample(merge, k=min(count, len(merge)))


def _recovery(case: Scenario, death: Death) -> int:
    """How many calls the recovery from that death makes."""
    with ground(case) as data:
        planted(data, case)
        assert in_child(partial(second, data, case, ScriptedFiles(links=case.links, death=death))) == DIED
        files = twin(case)
        settle(data, files)
        return len(files.trail)


def points(seen: Counter[str]) -> int:
    """How many deaths were counted: the indented lines break the same ones down."""
    return sum(count for what, count in seen.items() if not what.startswith(" "))
