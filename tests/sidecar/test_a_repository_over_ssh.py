"""A repository over ssh: the key and the known hosts that are mounted are used, and looked at anew at each fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.sshd import Sshd, key_pair, sshd
from tests.sidecar.site import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sidecar.site import Pod, Site


@pytest.fixture
def ssh(site: Site) -> Iterator[Sshd]:
    """An sshd that lets the key in that is mounted as ``ssh/id``."""
    (site.root / "ssh").mkdir()
    (site.root / "sshd").mkdir()
    key = key_pair(site.root / "ssh")
    (site.root / "ssh/id").write_text(key.private)
    with sshd(site.root / "sshd", [key]) as served:
        yield served


async def synced_over(ssh: Sshd, site: Site) -> Pod:
    """A pod with key and known hosts, synced once by them."""
    (site.root / "ssh/known").write_text(ssh.known_hosts)
    pod = await site.pod(GIT_SSH_KEY_FILE=str(site.root / "ssh/id"), GIT_KNOWN_HOSTS_FILE=str(site.root / "ssh/known"))
    site.open(git_url=ssh.url(site.origin.path), auth_type="ssh")
    await pod.start()
    await site.synced(site.first)
    return pod


async def test_a_host_that_shows_another_key_is_refused_until_its_new_one_is_known(site: Site, ssh: Sshd) -> None:
    pod = await synced_over(ssh, site)
    ssh.change_host_key(other := key_pair(ssh.folder))
    commit = site.push({"projects/line1/a.txt": "two\n"})
    await eventually(lambda: "the host key is not the one in known_hosts" in site.report().get("errorMessage", ""))
    (site.root / "ssh/known").write_text(ssh.line(other))
    site.want(requested_at="now")
    await site.synced(commit)
    assert (pod.data / "projects/line1/a.txt").read_text() == "two\n"


async def test_its_key_is_seen_nowhere(site: Site, ssh: Sshd) -> None:
    pod = await synced_over(ssh, site)
    (site.root / "ssh/id").write_text(key_pair(ssh.folder).private)
    site.push({"projects/line1/a.txt": "two\n"})
    await eventually(lambda: "refused the key" in site.report().get("errorMessage", ""))
    body = (site.root / "ssh/id").read_text().splitlines()[1]
    left = [path for path in (*pod.root.rglob("*"), *pod.data.rglob("*")) if path.is_file()]
    assert [path for path in left if body in path.read_text(errors="replace")] == []
