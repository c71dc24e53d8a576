"""Authentication by ssh: key and known hosts from their Secrets, judged before anybody is asked, told as conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.sshd import key_pair

if TYPE_CHECKING:
    from pathlib import Path

    from tests.controller.house import House

SSH = "ssh://git@git.example/plant.git"
KEY = {"secretRef": {"name": "git", "key": "id"}}
STRICT = {**KEY, "knownHosts": {"secretRef": {"name": "hosts", "key": "known_hosts"}}}
COMMIT = "a" * 40


async def by_ssh(house: House, auth: dict[str, Any], **spec: Any) -> None:
    house.refs.push(SSH, COMMIT)
    await house.resource(**{"git__repo": SSH, "git__auth": {"sshKey": auth}, **spec})


async def test_a_key_without_known_hosts_serves_and_warns(house: House, tmp_path: Path) -> None:
    await house.secret("git", id=key_pair(tmp_path).private)
    await by_ssh(house, KEY)
    assert house.words("RefResolved")[:3] == ("True", "RefResolved", COMMIT)
    assert house.words("SSHHostKeyVerification")[:2] == ("False", "HostKeyVerificationDisabled")
    assert house.metadata()["authType"] == "ssh"


async def test_known_hosts_are_shown_with_the_key(house: House, tmp_path: Path) -> None:
    pair = key_pair(tmp_path)
    await house.secret("git", id=pair.private)
    await house.secret("hosts", known_hosts=f"git.example {pair.public}\r\n")
    await by_ssh(house, STRICT)
    assert house.words("RefResolved")[0] == "True"
    assert house.words("SSHHostKeyVerification")[:2] == ("True", "HostKeyVerificationEnabled")
    ssh = house.refs.shown[-1].ssh
    assert ssh is not None
    assert ssh.known_hosts is not None
    assert ssh.known_hosts.text == f"git.example {pair.public}\n"
    assert ssh.key.reveal() == pair.private


@pytest.mark.parametrize("ref", ["main", "d" * 40])
async def test_a_key_that_is_none_is_refused_unseen(house: House, ref: str) -> None:
    await house.secret("git", id="ssh-ed25519 AAAAhunter22hunter22 me")
    await by_ssh(house, KEY, git__ref=ref)
    for condition in ("RefResolved", "Ready"):
        assert "the ssh key is the public half" in house.words(condition)[2]
        assert "hunter22" not in house.words(condition)[2]
    assert house.refs.asked == []


async def test_known_hosts_that_cannot_be_kept_are_refused(house: House, tmp_path: Path) -> None:
    pair = key_pair(tmp_path)
    await house.secret("git", id=pair.private)
    await house.secret("hosts", known_hosts=f"@trusted git.example {pair.public}\n")
    await by_ssh(house, STRICT)
    assert "known_hosts, line 1 begins with @trusted" in house.words("Ready")[2]
    assert house.refs.asked == []


async def test_missing_known_hosts_are_not_taken_for_any_host(house: House, tmp_path: Path) -> None:
    await house.secret("git", id=key_pair(tmp_path).private)
    await by_ssh(house, STRICT)
    assert 'known_hosts secret "hosts" not found' in house.words("RefResolved")[2]
    assert house.refs.asked == []


@pytest.mark.parametrize("ref", ["main", "d" * 40])
async def test_a_url_that_takes_another_method(house: House, tmp_path: Path, ref: str) -> None:
    await house.secret("git", id=key_pair(tmp_path).private)
    await house.resource(git__auth={"sshKey": KEY}, git__ref=ref)
    assert "not reached by ssh, and spec.git.auth.sshKey is given" in house.words("RefResolved")[2]
    assert house.refs.asked == []


async def test_ssh_without_a_key(house: House) -> None:
    await house.resource(git__repo="git@git.example:plant.git")
    assert "takes a key; set spec.git.auth.sshKey" in house.words("RefResolved")[2]
    assert house.refs.asked == []
