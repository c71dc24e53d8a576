"""The failure loops: every changing call of a sync, or of a recovery, refused with one errno, for once or for longer."""

from __future__ import annotations

import errno
import random
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from stoker.errors import JournalUnsettled, MergeFailed, StagingFailed
from tests.torture.ground import ground
from tests.torture.kills import recover, trail_of
from tests.torture.mortal import DIED, Death, Refusal, ScriptedFiles, in_child
from tests.torture.plant import heals, planted, second, settle, twin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.torture.trees import Scenario

REMEDIES = {
    errno.ENOSPC: "free space on that volume",
    errno.EACCES: "let this process's user write there",
    errno.EIO: "check the disk",
    errno.EROFS: "mount the volume writable",
}
LASTING = (1, 3, 10_000)


def refused_in_a_sync(case: Scenario, refusal: Refusal, merged: int) -> str:
    """One refusal: the outcome, after checking that nothing is half and that the next sync heals.

    ``merged``: the number of the call with which the merge ends; what is refused later cannot undo it.
    """
    with ground(case) as data:
        planted(data, case)
        outcome = _outcome(data, case, refusal, second)
        settle(data, twin(case))
        state = heals(data, case)
        if outcome in {"StagingFailed", "MergeFailed"} and refusal.at <= merged:
            assert state == "old", f"scenario {case.seed} {refusal}: {outcome} left the {state} commit"
        if outcome == "no error":
            assert state == "new", f"scenario {case.seed} {refusal}: success left the {state} commit"
        return outcome


def refused_in_a_recovery(case: Scenario, death: Death, refusal: Refusal) -> str:
    """A death in the merge, and a refusal in the recovery from it."""
    with ground(case) as data:
        planted(data, case)
        assert in_child(partial(second, data, case, ScriptedFiles(links=case.links, death=death))) == DIED
        outcome = _outcome(data, case, refusal, recover)
        settle(data, twin(case))
        heals(data, case)
        return outcome


def _outcome(
    data: Path, case: Scenario, refusal: Refusal, act: Callable[[Path, Scenario, ScriptedFiles], object]
) -> str:
    files = ScriptedFiles(links=case.links, refusal=refusal)
    outcome = "no error"
    try:
        act(data, case, files)
    except (StagingFailed, MergeFailed, JournalUnsettled) as error:
        outcome = type(error).__name__
        told = str(error)
        assert str(data) in told, f"names no place: {told}"
        assert REMEDIES[refusal.code] in told, f"names no remedy: {told}"
        assert "\n" not in told
    if len(files.trail) < refusal.at:
        return "never came"
    left = (data / ".stoker/journal").exists()
    assert not left or outcome == "JournalUnsettled", f"scenario {case.seed} {refusal}: {outcome} left a journal"
    return outcome


def torture(case: Scenario, code: int, *, lasting: tuple[int, ...] = LASTING) -> Counter[str]:
    """Every call of the sync refused, and every call of the recovery from one death drawn by the seed."""
    seen: Counter[str] = Counter()
    trail = trail_of(case)
    merged = trail.index(("unlink", ".stoker/journal")) + 1
    prepared = trail.index(("rename", ".stoker/journal")) + 1
    death = Death(random.Random(case.seed).randint(prepared, merged), after=True)
    for length in lasting:
        for at in range(1, len(trail) + 1):
            seen[f"in a sync: {refused_in_a_sync(case, Refusal(at, code, length), merged)}"] += 1
        for at in range(2, 200):  # the first call opens the directory: nothing is settled without it
            outcome = refused_in_a_recovery(case, death, Refusal(at, code, length))
            if outcome == "never came":
                break
            seen[f"in a recovery: {outcome}"] += 1
    return seen
