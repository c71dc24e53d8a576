"""libgit2 dies of some redirects, and the process with it: the process that comes after says what is wrong and lives."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stoker.git.credentials import Credentials
from stoker.git.shelf import UNDER_WAY

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

AGENT = """
import sys
from pathlib import Path
import trio
from stoker.errors import StokerError
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread

root, url, commit = sys.argv[1:]
try:
    print(trio.run(StorePool(Path(root), offload=Thread()).ensure, url, commit, "main", Credentials.none()).operation)
except StokerError as error:
    print(error)
"""


def begun(*words: object) -> subprocess.CompletedProcess[str]:
    """A process that fetches once."""
    return subprocess.run(
        [sys.executable, "-c", AGENT, *map(str, words)], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("target", ["login", "http:///plant.git"])
def test_the_next_process_says_what_is_wrong_and_fetches_when_it_is_mended(
    tmp_path: Path, http: HttpServer, origin: Origin, target: str
) -> None:
    commit, url = origin.commit({"a": "1"}), f"{http.url}/plant.git"
    http.behaviour.redirects = {"/plant.git": target}
    begun(tmp_path / "stores", url, commit)
    for _ in range(2):
        after = begun(tmp_path / "stores", url, commit)
        assert (after.returncode, after.stdout[: len(url)]) == (0, url), after.stderr[-500:]
    http.behaviour.redirects = {}
    assert begun(tmp_path / "stores", url, commit).stdout == "clone\n"


def marks(folder: Path) -> list[Path]:
    return list(folder.rglob(UNDER_WAY))


async def test_a_fetch_that_ends_leaves_no_mark_and_costs_no_request_more(
    tmp_path: Path, http: HttpServer, origin: Origin, pool: StorePool
) -> None:
    url = f"{http.url}/plant.git"
    for text in "12":
        await pool.ensure(url, origin.commit({"a": text}), "main", Credentials.none())
    asked = [path for _, path, _ in http.requests if "/info/refs" in path]
    assert len(asked) == 2
    assert marks(tmp_path) == []
