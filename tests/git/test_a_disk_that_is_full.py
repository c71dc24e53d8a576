"""No room for what a fetch brings: it is said as that, and what was fetched before goes on being served."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING

import pytest

from stoker.errors import StoreUnwritable
from stoker.git.credentials import Credentials
from stoker.git.shelf import FRESH, Shelf, Standing
from stoker.git.store import Wanted, bring, has_commit
from stoker.git.urls import place
from tests.fakes.gitservers import git_daemon
from tests.fakes.mounts import tmpfs, with_mounts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.gitrepos import Origin


@pytest.mark.mounts
def test_no_second_store_is_begun_and_the_first_still_serves(origin: Origin, tmp_path: Path) -> None:
    small = origin.commit({"a": "1"})
    large = origin.commit({"b": random.Random(1).randbytes(6 << 20)})
    folder = tmp_path / "shelf"
    folder.mkdir()

    with git_daemon(origin.path.parent) as served:
        where = place(f"{served}/{origin.path.name}")

        def fetched(commit: str) -> object:
            until = time.monotonic() + 60
            wanted = Wanted(where, commit, "main", Credentials.none(), until)
            return bring(folder, Standing(), wanted, threading.Event()).error

        def run() -> None:
            tmpfs(folder, size="3m")
            assert fetched(small) is None
            assert isinstance(fetched(large), StoreUnwritable)
            assert has_commit(Shelf(folder).newest(), small)
            assert [path for path in folder.iterdir() if path.suffix == FRESH] == []

        with_mounts(run)
