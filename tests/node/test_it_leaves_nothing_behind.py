"""A run that is killed leaves no process, mount, cgroup or file of its node, and the kernel's settings as they were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster.binaries import ROOT
from tests.cluster.reaper import belonging
from tests.manager.process import until
from tests.node.init import KERNEL
from tests.node.machine import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.node.node import Node

RUN = """
from tests.node.engine import Engine
from tests.node.machine import Machine
machine = Machine()
Engine(machine).start()
print(machine.pid, machine.directory, flush=True)
input()
"""


@pytest.fixture
def run(node: Node) -> Iterator[subprocess.Popen[str]]:
    """Another run, with namespaces and a containerd of its own; asked for with ``node``, so that it is left out alike."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", RUN], text=True, cwd=ROOT, **pipes) as process:  # type: ignore[call-overload]
        yield process
        process.kill()


def test_a_killed_run_takes_its_node_with_it(run: subprocess.Popen[str]) -> None:
    assert run.stdout is not None
    pid, directory = run.stdout.readline().split()
    assert runs(int(pid))
    assert any(Path("/sys/fs/cgroup").glob(f"**/{Path(directory).name}"))
    os.kill(run.pid, signal.SIGKILL)
    until(lambda: not Path(directory).exists(), "its directory goes")
    assert not runs(int(pid))
    assert belonging(directory) == []
    assert directory not in Path("/proc/mounts").read_text(encoding="utf-8")
    assert not [each for each in Path("/sys/fs/cgroup").glob("*/*") if each.name == Path(directory).name]


def test_the_kernel_s_settings_are_not_the_kubelet_s(node: Node) -> None:
    for name in KERNEL:
        copy = node.machine.directory / name.replace("/", ".")
        assert copy.stat().st_size > 0
    inside = (node.machine.directory / "kernel.panic").read_text(encoding="ascii").strip()
    assert inside == "10"  # as the kubelet wants it
    assert Path("/proc/sys/kernel/panic").read_text(encoding="ascii").strip() != inside
