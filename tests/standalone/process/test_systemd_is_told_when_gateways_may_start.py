"""Over the socket of sd_notify(3): a gateway's unit that is ordered after ours begins on a whole commit."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.standalone.notify import Starts
from tests.standalone.process.conftest import SECONDS, Plant, ended, resource, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Systemd:
    """The listening end."""

    def __init__(self, path: Path) -> None:
        self.env = {"NOTIFY_SOCKET": str(path)}
        self.held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.held.bind(str(path))
        self.held.setblocking(False)

    async def heard(self) -> str:
        """The next message."""
        with trio.fail_after(SECONDS):
            while True:
                try:
                    return self.held.recv(1000).decode()
                except BlockingIOError:
                    await trio.lowlevel.wait_readable(self.held)

    def silent(self) -> bool:
        """Has nothing more been said?"""
        try:
            return not self.held.recv(1000)
        except BlockingIOError:
            return True


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    """A service manager that waits to be told."""
    manager = Systemd(tmp_path / "notify")
    yield manager
    manager.held.close()


async def test_it_hears_ready_once_every_gateways_files_are_live(plant: Plant, systemd: Systemd) -> None:
    folders = [await plant.gateway(name) for name in ("one", "two")]
    plant.write()
    child = await plant.start(env=systemd.env)
    assert await systemd.heard() == "READY=1"
    assert all((folder / "projects/Line/a.txt").exists() for folder in folders)
    child.process.terminate()
    assert await systemd.heard() == "STOPPING=1"
    assert await ended(child) == 0


async def test_an_empty_gateway_without_its_commit_may_not_start(plant: Plant, systemd: Systemd) -> None:
    data = plant.root / "never-started"  # a gateway that ran before may start on the files that are there
    data.mkdir()
    volumes = [{"name": "data", "hostPath": {"path": str(data)}}]
    plant.pods["gw"] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "gw"}, "spec": {"volumes": volumes}}
    plant.write(resource(plant.origin.url, ref="later"))
    child = await plant.start(env=systemd.env)
    await said(child, "condition_changed", type="RefResolved", status="False")
    assert systemd.silent()
    plant.origin.git("branch", "later", plant.first)
    wanted = resource(plant.origin.url, ref="later")
    wanted["metadata"]["annotations"] = {"stoker.io/requested-at": "2026-01-01T00:00:00Z"}
    plant.write(wanted)
    assert await systemd.heard() == "READY=1"
    assert (data / "projects/Line/a.txt").exists()


async def test_a_deaf_manager_is_no_reason_to_stop(plant: Plant, tmp_path: Path) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start(env={"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    await said(child, "service_manager_not_told", message="READY=1")
    child.process.terminate()
    assert await ended(child) == 0


async def test_a_gateway_that_is_not_wanted_any_more_is_not_waited_for(autojump_clock: trio.testing.MockClock) -> None:
    starts = Starts()
    starts.want(["ns/a", "ns/b"])
    starts.passed("ns/a")
    with trio.move_on_after(5) as waiting:
        await starts.all()
    assert waiting.cancelled_caught
    starts.want(["ns/a"])
    with trio.fail_after(5):
        await starts.all()
