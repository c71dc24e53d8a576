"""No journal and no manifest is written that a later start would refuse for its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import MergeFailed
from stoker.sync import own
from tests.sync.conftest import SECOND, Sync, opened, read, run_sync, write

if TYPE_CHECKING:
    from pathlib import Path

MANY = {f"projects/view {number}": "1" for number in range(100)}


@pytest.mark.parametrize("most", [2_000, 10_000], ids=["the journal", "the manifest"])
def test_what_would_be_too_large_is_refused_with_the_old_state_live(
    sync: Sync, source: Path, data: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    write(source, {"projects/a": "1"})
    sync()
    monkeypatch.setattr(own, "MOST", most)
    write(source, MANY)
    with pytest.raises(MergeFailed, match=r"File too large at .*: map fewer files"):
        sync(SECOND)
    assert read(data) == {"projects/a": "1"}
    for path in MANY:
        (source / path).unlink()
    write(source, {"projects/a": "2"})
    assert sync(SECOND).modified == ("projects/a",)


def test_a_log_near_its_bound_is_cut_to_its_essence_before_it_is_refused(
    source: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(data, compact_slack=0)
    write(source, MANY)
    run_sync(engine, source)
    monkeypatch.setattr(own, "MOST", (data / ".stoker/manifest").stat().st_size * 9 // 4)
    for number in range(12):
        write(source, {path: str(number + 2) for path in MANY})
        run_sync(engine, source, f"{number:040x}")
    engine.close()
    opened(data).close()
