"""Repositories over ssh and git://: looked up in processes of the manager's, which servers that hang cannot all keep."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.fakes.gitservers import git_daemon, silent_server
from tests.fakes.sshd import KeyPair, Sshd, key_pair, sshd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.manager.site import Json, Site


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


def by_ssh(site: Site, ssh: Sshd, hosts: str) -> Json:
    """The git part of a spec; ``hosts``: the key of the Secret in which its known hosts are."""
    key = {"secretRef": {"name": "git", "key": "id"}, "knownHosts": {"secretRef": {"name": "git", "key": hosts}}}
    return {"repo": ssh.url(site.origin.path), "ref": "main", "auth": {"sshKey": key}}


def test_each_resource_trusts_its_own_hosts(site: Site, ssh: Sshd, keys: list[KeyPair]) -> None:
    site.secret("git", id=keys[0].private, good=ssh.known_hosts, bad=ssh.line(key_pair(ssh.folder)))
    site.resource("good", git=by_ssh(site, ssh, "good"))
    site.resource("bad", git=by_ssh(site, ssh, "bad"))
    site.until(lambda: site.words("RefResolved", "good")[0] == "True", "resolved over ssh")
    site.until(lambda: site.words("RefResolved", "bad")[0] == "False", "refused")
    assert site.metadata("good")["commit"] == site.commit
    assert "not the one in known_hosts" in site.words("RefResolved", "bad")[2]
    assert site.words("SSHHostKeyVerification", "good")[:2] == ("True", "HostKeyVerificationEnabled")


def test_a_host_that_shows_another_key_is_refused_until_its_new_one_is_known(
    site: Site, ssh: Sshd, keys: list[KeyPair]
) -> None:
    site.secret("git", id=keys[0].private, good=ssh.known_hosts)
    site.resource(git=by_ssh(site, ssh, "good"))
    site.resolved()
    ssh.change_host_key(other := key_pair(ssh.folder))
    site.annotate(pushed_at="2026-01-01T00:00:00.5Z")
    site.until(lambda: "not the one in known_hosts" in site.words("RefResolved")[2], "refused")
    assert (site.metadata()["commit"], site.words("Ready")[0]) == (site.commit, "False")
    site.admin.patch(site.path("secrets", "git"), {"stringData": {"good": ssh.line(other)}})
    site.annotate(pushed_at="2026-01-01T00:00:01.5Z")
    site.until(lambda: site.words("RefResolved")[0] == "True", "trusted again")


def test_five_servers_that_hang_keep_no_other_waiting(site: Site) -> None:
    with ExitStack() as servers:
        for number in range(5):
            port = servers.enter_context(silent_server())
            site.resource(f"hung-{number}", git={"repo": f"git://127.0.0.1:{port}/plant.git", "ref": "main"})
        base = servers.enter_context(git_daemon(site.origin.path.parent))
        site.resource("good", git={"repo": f"{base}/{site.origin.path.name}", "ref": "main"})
        site.until(lambda: site.words("RefResolved", "good")[0] == "True", "resolved beside those that hang")
        assert all(site.words("RefResolved", f"hung-{number}")[0] != "True" for number in range(5))
