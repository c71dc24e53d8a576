"""The failure loop: every changing call of a scenario refused with one errno, for once or from there on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from stoker.errors import JournalUnsettled, MergeFailed, StagingFailed, StokerError
from tests.torture.kills import calls_of, directory
from tests.torture.mortal import FailingFiles
from tests.torture.plant import SECOND, planted, settle, sync, verdict

if TYPE_CHECKING:
    from tests.torture.trees import Scenario


def fail_at(case: Scenario, at: int, code: int, *, lasting: int) -> str:
    """One refused call: the outcome, after checking that nothing is half and that the next sync heals."""
    with directory() as data:
        planted(data, case)
        outcome = _outcome(case, data, FailingFiles(at, code, lasting=lasting))
        if (data / ".stoker" / "journal").exists():
            assert outcome == "JournalUnsettled", f"scenario {case.seed} point {at}: a journal was left by {outcome}"
        settle(data)  # the next start: leftovers in staging go, a journal is finished
        state = verdict(data, case)
        if outcome in {"StagingFailed", "MergeFailed"}:
            assert state == "old", f"scenario {case.seed} point {at}: {outcome} left the {state} commit"
        if outcome == "synced":
            assert state == "new", f"scenario {case.seed} point {at}: success left the {state} commit"
        sync(data, case.trees[1], SECOND)
        assert verdict(data, case) == "new"
        return outcome


def _outcome(case: Scenario, data: object, files: FailingFiles) -> str:
    try:
        sync(data, case.trees[1], SECOND, files)  # type: ignore[arg-type]
    except (StagingFailed, MergeFailed, JournalUnsettled) as error:
        return type(error).__name__ if str(error) else "an error that says nothing"
    except StokerError as error:
        return type(error).__name__
    return "synced"


def run_failures(cases: list[Scenario], code: int, *, lasting: int, step: int = 1) -> Counter[str]:
    """Every ``step``-th call of every case, refused with ``code``."""
    seen: Counter[str] = Counter()
    for case in cases:
        for at in range(1, calls_of(case) + 1, step):
            seen[fail_at(case, at, code, lasting=lasting)] += 1
    return seen
