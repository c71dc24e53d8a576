"""Whom a key is shown to: with known_hosts only the host whose key is there, by the verdict of libssh2, against a real sshd."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from stoker.errors import HostKeyRefused, StoreUnwritable
from stoker.git.credentials import Credentials
from tests.fakes.sshd import KeyPair, Sshd, key_pair, sshd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin

GOOD: dict[str, Callable[[Sshd], str]] = {
    "with the port": lambda ssh: ssh.known_hosts,
    "without a port": lambda ssh: ssh.line(ssh.host_key, "127.0.0.1"),
    "among others": lambda ssh: f"other {ssh.host_key.public}\nother,{ssh.known_hosts}",
    "hashed": lambda ssh: ssh.hashed(),
    "by a pattern": lambda ssh: ssh.line(ssh.host_key, "127.0.0.*,!127.0.0.9"),
    "by a pattern with its port": lambda ssh: ssh.line(ssh.host_key, f"[127.*]:{ssh.port}"),
    "beside an authority and a revoked key": lambda ssh: (
        f"@cert-authority * {ssh.host_key.public}\n@revoked * {key_pair(ssh.folder).public}\n{ssh.known_hosts}"
    ),
    "windows": lambda ssh: f"# mine\r\n{ssh.known_hosts.strip()} me@here\r\n",
    "no last line end": lambda ssh: ssh.known_hosts.strip(),
    "beside another key of the host": lambda ssh: ssh.line(key_pair(ssh.folder, "ecdsa")) + ssh.known_hosts,
}


def trusting(keys: list[KeyPair], known_hosts: str) -> Credentials:
    return Credentials.ssh_key(keys[0].private, known_hosts)


@pytest.mark.parametrize("line", GOOD.values(), ids=GOOD.keys())
async def test_the_right_host_key_is_taken(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, line: Callable[[Sshd], str]
) -> None:
    commit = origin.commit({"a": "1"})
    assert (await remote.resolve(ssh.url(origin.path), "main", trusting(keys, line(ssh)))).commit == commit


@pytest.mark.parametrize("form", ["ssh://{}@LocalHost:{}{}", "[{}@LocalHost:{}]:{}"], ids=["url", "short"])
@pytest.mark.parametrize("name", ["[localhost]:{}", "[LOCALHOST]:{}", "LocalHost"])
async def test_a_host_is_known_in_any_case(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, name: str, form: str
) -> None:
    commit = origin.commit({"a": "1"})
    url, known = form.format(ssh.user, ssh.port, origin.path), ssh.line(ssh.host_key, name.format(ssh.port))
    assert (await remote.resolve(url, "main", trusting(keys, known))).commit == commit


async def test_a_changed_host_key_is_refused(keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote) -> None:
    known = ssh.line(key_pair(ssh.folder))
    with pytest.raises(HostKeyRefused, match=r"not the one in known_hosts.*somebody stands in between") as caught:
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, known))
    assert f"ssh-keyscan -p {ssh.port} 127.0.0.1" in str(caught.value)


async def test_a_changed_host_key_is_refused_in_a_fetch_too(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, pool: StorePool
) -> None:
    commit = origin.commit({"a": "1"})
    with pytest.raises(HostKeyRefused, match="not the one in known_hosts"):
        await pool.ensure(ssh.url(origin.path), commit, "main", trusting(keys, ssh.line(key_pair(ssh.folder))))


async def test_another_server_of_the_host_may_not_pose_as_that_of_the_port(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote
) -> None:
    known = ssh.line(key_pair(ssh.folder)) + ssh.line(ssh.host_key, "127.0.0.1")
    with pytest.raises(HostKeyRefused, match="not the one in known_hosts"):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, known))


@pytest.mark.parametrize("name", ["[0]:{}", "0,other", "0"])
async def test_a_host_of_one_letter_is_known(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, name: str
) -> None:
    commit = origin.commit({"a": "1"})
    url, known = f"ssh://{ssh.user}@0:{ssh.port}{origin.path}", ssh.line(ssh.host_key, name.format(ssh.port))
    assert (await remote.resolve(url, "main", trusting(keys, known))).commit == commit


@pytest.mark.parametrize("host", ["other", "[127.0.0.1]:22", "[127.0.0.2]:22"])
async def test_a_missing_host_is_refused(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, host: str
) -> None:
    with pytest.raises(HostKeyRefused, match="the host is not in known_hosts"):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, ssh.line(ssh.host_key, host)))


async def test_a_host_known_by_a_key_of_another_type_only_is_refused(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote
) -> None:
    known = ssh.line(key_pair(ssh.folder, "ecdsa"))
    with pytest.raises(HostKeyRefused, match="known_hosts may hold keys of other types"):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, known))


async def test_a_hashed_line_with_another_key_is_refused(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote
) -> None:
    known = ssh.hashed().replace(ssh.host_key.public, key_pair(ssh.folder).public)
    with pytest.raises(HostKeyRefused, match="not the one in known_hosts"):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, known))


@pytest.mark.parametrize("before", [True, False])
async def test_a_revoked_key_is_refused_though_a_good_line_names_it(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, before: bool
) -> None:
    lines = [ssh.line(ssh.host_key, "@revoked *"), ssh.known_hosts]
    with pytest.raises(HostKeyRefused, match="not the one in known_hosts"):
        await remote.resolve(
            ssh.url(origin.path), "main", trusting(keys, "".join(lines if before else reversed(lines)))
        )


async def test_a_host_that_a_pattern_leaves_out_is_refused(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote
) -> None:
    with pytest.raises(HostKeyRefused, match="is not in known_hosts"):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, ssh.line(ssh.host_key, "*,!127.0.0.1")))


async def test_without_known_hosts_any_host_is_taken(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote
) -> None:
    commit = origin.commit({"a": "1"})
    anybody = Credentials.ssh_key(keys[0].private)
    assert (await remote.resolve(ssh.url(origin.path), "main", anybody)).commit == commit


async def test_the_known_hosts_of_the_machines_owner_have_no_say(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(ssh.known_hosts)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(HostKeyRefused):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, f"other {ssh.host_key.public}"))


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
async def test_a_host_key_of_each_type_is_taken(
    keys: list[KeyPair], origin: Origin, remote: Remote, tmp_path: Path, kind: str
) -> None:
    commit = origin.commit({"a": "1"})
    (tmp_path / kind).mkdir()
    with sshd(tmp_path / kind, keys, kind=kind) as served:
        found = await remote.resolve(served.url(origin.path), "main", trusting(keys, served.known_hosts))
    assert found.commit == commit


async def test_a_temporary_folder_that_cannot_be_written_is_said(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StoreUnwritable, match="space and rights of TMPDIR"):
        await remote.resolve(ssh.url(origin.path), "main", trusting(keys, ssh.known_hosts))


async def test_nothing_is_left_of_known_hosts_on_disk(
    keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    origin.commit({"a": "1"})
    await remote.resolve(ssh.url(origin.path), "main", trusting(keys, ssh.known_hosts))
    assert os.listdir(tmp_path / "tmp") == []
