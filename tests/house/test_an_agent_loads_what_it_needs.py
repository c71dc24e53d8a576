"""What an agent has loaded while it runs: packages that are not listed here cost memory beside every gateway."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.conftest import ROOT

LIBRARIES = {
    *("trio", "attr", "attrs", "outcome", "sniffio", "sortedcontainers", "idna"),
    *("h11", "h2", "hpack", "hyperframe"),
    *("hypercorn", "wsproto", "priority"),
    *("pygit2", "_cffi_backend"),
    *("msgspec", "structlog", "prometheus_client"),
}
HEAVY_PARTS = {
    "asyncio",
    "statistics",
    "unittest",
    "pydoc",
    "doctest",
    "sqlite3",
    "xml",
    "multiprocessing.pool",
    "httpx._main",
    "pydantic",
}
PROGRAM = """
import os
import sys
import trio
from bench import lone

async def briefly():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lone.main, "git://127.0.0.1:9/x.git", sys.argv[1], sys.argv[2], "http://127.0.0.1:9")
        with trio.fail_after(30):
            while "stoker.ignition.http_failures" not in sys.modules:  # the first question to the gateway
                await trio.sleep(0.01)
        print(*[name for name, module in sys.modules.items() if module is not None and name != "__main__"], flush=True)
        os._exit(0)  # a thread reads standard input, which is still open

trio.run(briefly)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a process in which an agent runs and has asked its gateway something."""
    folder = tmp_path_factory.mktemp("agent")
    (folder / "data").mkdir()
    command = [sys.executable, "-c", PROGRAM, str(folder / "data"), str(folder / "git")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        names = set(process.stdout.read().splitlines()[-1].split())  # before them what the agent logs
    assert process.returncode == 0
    return names


def test_no_package_beside_these(loaded: set[str]) -> None:
    packages = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names - {"bench", "stoker"}
    ours = {
        name
        for name in packages
        if name.startswith(("__editable__", "_distutils_hack", "__mp_main__", "sitecustomize"))
    }
    assert packages - ours - LIBRARIES == set()


def test_none_of_these_is_there_in_vain(loaded: set[str]) -> None:
    assert LIBRARIES - {name.split(".")[0] for name in loaded} == set()


def test_no_heavy_part_of_the_standard_library(loaded: set[str]) -> None:
    assert loaded & HEAVY_PARTS == set()


def test_nothing_of_the_other_processes(loaded: set[str]) -> None:
    rooms = {name.split(".")[1] for name in loaded if name.startswith("stoker.")}
    assert rooms & {"standalone", "controller", "receiver", "process"} == set()
