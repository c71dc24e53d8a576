"""docs/guides/bare-metal.md beside a simulated gateway; the test plays sudo and systemd."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.serving import free_port, gateway
from tests.fakes.gitrepos import make_origin
from tests.guides.page import Reader
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PATH = "projects/Line/project.json"


class Machine:
    """``desk`` stands for its root; ``url``: of its gateway."""

    def __init__(self, desk: Path, url: str) -> None:
        self.desk, self.url = desk, url
        self.data = desk / "data"
        self.receiver, self.probes = free_port(), free_port()
        self.origin = make_origin(desk.parent / "ignition.git")

    def reader(self) -> Reader:
        """Who has the commands on the PATH, and a sudo that is one already."""
        tools = self.desk.parent / "bin"
        tools.mkdir()
        for name, does in (("sudo", 'exec "$@"'), ("systemctl", f'echo "$@" >> {self.desk}/systemctl')):
            (tools / name).write_text(f"#!/bin/sh\n{does}\n")
            (tools / name).chmod(0o755)
        env = {"PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.desk)}
        return Reader("bare-metal", self.desk, env, self.stand_ins())

    def stand_ins(self) -> dict[str, str]:
        """The longer names first: they hold shorter ones."""
        return {
            "port: 8088": f"port: {self.url.rpartition(':')[2]}",
            "/usr/local/bin/ignition/data": str(self.data),
            "https://git.example.com/plant/ignition.git": self.origin.url,
            "/opt/stoker/examples": str(ROOT / "examples"),
            " -o ignition": "",
            "/etc/stoker": str(self.desk / "etc/stoker"),
            "/etc/systemd": str(self.desk / "etc/systemd"),
            "/var/lib/stoker": str(self.desk / "var/lib/stoker"),
            "localhost:9444": f"127.0.0.1:{self.receiver}",
            "localhost:8081": f"127.0.0.1:{self.probes}",
        }

    @contextlib.contextmanager
    def unit(self) -> Iterator[None]:
        """What systemd starts: the unit that was installed, at this machine's places."""
        assert (self.desk / "systemctl").read_text().splitlines() == ["daemon-reload", "enable --now stoker"]
        text = (self.desk / "etc/systemd/system/stoker.service").read_text()
        found = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
        assert found
        line = found[1].replace("/opt/stoker/.venv/bin", str(Path(sys.executable).parent))
        for folder in ("/etc/stoker", "/var/lib/stoker"):
            line = line.replace(folder, f"{self.desk}{folder}")
        line = line.replace("0.0.0.0:9444", f"127.0.0.1:{self.receiver}").replace(":8081", f":{self.probes}")
        variables = (self.desk / "etc/stoker/environment").read_text().split()
        env = {"PATH": os.environ["PATH"], **dict(one.split("=", 1) for one in variables)}
        with (
            (self.desk / "journal").open("w") as journal,
            subprocess.Popen(shlex.split(line), env=env, stdout=journal, stderr=journal) as process,
        ):
            try:
                yield
            finally:
                process.terminate()
                assert process.wait(60) == 0

    def live(self) -> str:
        """What the gateway has."""
        return (self.data / PATH).read_text()

    def said(self, event: str) -> int:
        """How often the journal has it."""
        return (self.desk / "journal").read_text().count(f'"{event}"')


@pytest.fixture
def machine(desk: Path) -> Iterator[Machine]:
    """A machine with a gateway that runs."""
    (desk / "data").mkdir()
    with gateway(desk / "data") as url:
        yield Machine(desk, url)


def test_from_a_dry_run_to_a_unit_that_hears_pushes(machine: Machine) -> None:
    machine.origin.commit({PATH: '{"title": "one"}'})
    guide = machine.reader()
    assert "dryRunDiffAdded" in guide.section("Before anything is written")
    assert not (machine.data / PATH).exists()
    assert "projects/Line/project.json" in guide.section("The first sync")
    assert machine.live() == '{"title": "one"}'
    guide.section("For good")
    with machine.unit():
        until(lambda: machine.said("standalone_serving") > 0, "it serves")
        machine.origin.commit({PATH: '{"title": "two"}'})
        assert '"accepted":true' in guide.section("A push makes it immediate")
        until(lambda: machine.live() == '{"title": "two"}', "the push is live")
        before = machine.said("scan_requested")
        guide.section("To force a sync")
        until(lambda: machine.said("scan_requested") > before, "forced")
        assert "syncStatus: Synced" in guide.section("Is it well?")
    guide.done()
