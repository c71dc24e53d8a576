"""No process and no directory outlives the run that made a plane, however that run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster import reaper
from tests.cluster.binaries import ROOT
from tests.cluster.plane import APISERVER, ETCD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.plugin import MakePlane

RUN = """
import sys, time
from tests.cluster import binaries
from tests.cluster.plane import Plane
plane = Plane(binaries.found())
print(plane.directory, flush=True)
time.sleep(600)
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory that stands for a plane."""
    place = tmp_path / "stoker-plane-stand-in"
    place.mkdir()
    return place


@pytest.fixture
def watching(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A reaper that waits for the end of its input."""
    with reaper.employ(place) as process:
        yield process


@pytest.mark.parametrize("sign", ["argument", "environment"])
def test_what_was_started_with_a_path_of_the_plane_is_killed(
    place: Path, watching: subprocess.Popen[bytes], sign: str
) -> None:
    words = ["sleep", "600"] if sign == "environment" else ["sh", "-c", "sleep 600; :", f"{place}/x"]
    env = {"PATH": "/usr/bin:/bin"} | ({"KUBECONFIG": f"{place}/config"} if sign == "environment" else {})
    with subprocess.Popen(words, env=env) as victim:
        watching.communicate(b"", timeout=30)
        assert victim.wait(30) == -signal.SIGKILL
    assert not place.exists()


def test_nothing_else_is_killed(place: Path, watching: subprocess.Popen[bytes]) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        watching.communicate(b"", timeout=30)
        assert bystander.poll() is None
        bystander.kill()


def test_an_interrupt_does_not_keep_the_reaper_from_its_work(place: Path, watching: subprocess.Popen[bytes]) -> None:
    until(lambda: "SigIgn" in (status := Path(f"/proc/{watching.pid}/status").read_text()) and ignores(status))
    watching.send_signal(signal.SIGINT)
    watching.send_signal(signal.SIGTERM)
    watching.communicate(b"", timeout=30)
    assert (watching.returncode, place.exists()) == (0, False)


def test_a_word_is_enough_where_another_process_holds_its_input_too(
    place: Path, watching: subprocess.Popen[bytes]
) -> None:
    assert watching.stdin is not None
    copy = os.dup(watching.stdin.fileno())
    reaper.dismiss(watching, patience=30)
    reaper.dismiss(watching, patience=30)
    os.close(copy)
    assert (watching.returncode, place.exists()) == (0, False)


def ignores(status: str) -> bool:
    mask = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(mask >> (signal.SIGTERM - 1) & 1)


def test_a_run_that_is_killed_leaves_nothing(plane: object) -> None:
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True, cwd=ROOT) as run:
        assert run.stdout is not None
        directory = run.stdout.readline().strip()
        assert len(reaper.belonging(directory)) >= 3  # etcd, the API server, the reaper
        run.kill()
        until(lambda: not reaper.belonging(directory) and not Path(directory).exists())


def test_a_closed_plane_leaves_nothing(make_plane: MakePlane) -> None:
    plane = make_plane()
    assert {plane.pid(ETCD), plane.pid(APISERVER)} < set(reaper.belonging(str(plane.directory)))
    plane.close()
    assert reaper.belonging(str(plane.directory)) == []
    assert not plane.directory.exists()
