"""Repositories over ssh in one process: each resource with its own key and known hosts, none of them in a log or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.processes import children, lives, until
from tests.fakes.sshd import KeyPair, Sshd, key_pair, sshd
from tests.standalone.process.conftest import Plant, ended, resource, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def keys(tmp_path: Path) -> list[KeyPair]:
    """The key that the server lets in."""
    (tmp_path / "keys").mkdir()
    return [key_pair(tmp_path / "keys")]


@pytest.fixture
def ssh(tmp_path: Path, keys: list[KeyPair]) -> Iterator[Sshd]:
    """An sshd."""
    (tmp_path / "sshd").mkdir()
    with sshd(tmp_path / "sshd", keys) as served:
        yield served


def by_ssh(plant: Plant, ssh: Sshd, name: str) -> dict[str, Any]:
    wanted: dict[str, Any] = resource(ssh.url(plant.origin.path), name)
    wanted["spec"]["git"]["auth"] = {
        "sshKey": {
            "secretRef": {"name": "git", "key": "id"},
            "knownHosts": {"secretRef": {"name": "git", "key": f"hosts-{name}"}},
        }
    }
    return wanted


def secret(keys: list[KeyPair], **hosts: str) -> dict[str, Any]:
    values = {"id": keys[0].private, **{f"hosts-{name}": text for name, text in hosts.items()}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "git"}, "stringData": values}


async def test_two_resources_with_different_known_hosts(plant: Plant, ssh: Sshd, keys: list[KeyPair]) -> None:
    data = await plant.gateway("gw", cr_name="good")
    hosts = {"good": ssh.known_hosts, "bad": ssh.line(key_pair(ssh.folder))}
    plant.write(secret(keys, **hosts), *(by_ssh(plant, ssh, name) for name in hosts))
    child = await plant.start()
    await said(child, "sync_completed", gateway="gw", commit=plant.first)
    assert (data / "projects/Line/a.txt").read_text() == "one\n"
    refused = await said(child, "condition_changed", name="bad", type="RefResolved", status="False")
    assert "not the one in known_hosts" in refused.fields["message"]


async def test_nothing_of_a_key_is_left_and_no_process(plant: Plant, ssh: Sshd, keys: list[KeyPair]) -> None:
    await plant.gateway("gw", cr_name="good")
    plant.write(secret(keys, good=ssh.known_hosts), by_ssh(plant, ssh, "good"))
    child = await plant.start()
    await said(child, "sync_completed", gateway="gw", commit=plant.first)
    workers = children(child.process.pid)
    child.process.terminate()
    assert await ended(child) == 0
    await until(lambda: not any(lives(pid) for pid in workers))
    assert len(workers) == 2
    lines = keys[0].private.splitlines()[1:-1]
    files = [path for path in (*plant.state.rglob("*"), *plant.root.glob("*.log")) if path.is_file()]
    assert [path for path in files if any(line.encode() in path.read_bytes() for line in lines)] == []
