"""The ground of each test, and the one judgement that holds for every case."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.fakes.gitrepos import make_origin
from tests.hostile.cases import Case, Refused
from tests.hostile.ground import UNMANAGED, Ground, bounded, live, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """An empty repository, a data directory with files of nobody's, and bystanders beside it."""
    yield Ground(tmp_path, make_origin(tmp_path / "origin.git"))
    subprocess.run(["rm", "-rf", str(tmp_path / "data")], check=True)  # Python's own falls into folders without end


@pytest.fixture
def judge(ground: Ground) -> Callable[[Case], None]:
    """Make the case, sync within bounds, and hold what came of it against what was wanted."""

    def judged(case: Case) -> None:
        case.make(ground)
        outside, inside, before = picture(ground.outside), picture(ground.data), live(ground.data)
        told = bounded(ground.sync)
        assert picture(ground.outside) == outside, f"ESCAPE: the world outside changed ({told})"
        after = picture(ground.data)
        assert {path: after.get(path) for path in UNMANAGED} == {path: inside[path] for path in UNMANAGED}
        if isinstance(case.wanted, Refused):
            assert told.error == case.wanted.error.reason, told
            assert [word for word in case.wanted.names if word not in told.words] == [], told.words
            assert live(ground.data) == before
        else:
            assert told.error == "", told
            assert live(ground.data) == case.wanted.live

    return judged
