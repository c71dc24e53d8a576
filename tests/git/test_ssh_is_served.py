"""Repositories over ssh, behind a real sshd: looked up and fetched as over any other transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from stoker.errors import (
    CommitGone,
    CredentialsInvalid,
    GitAuthFailed,
    GitUnreachable,
    RepositoryEmpty,
    RepositoryNotFound,
)
from stoker.git.credentials import Credentials
from tests.fakes.gitservers import closed_port
from tests.fakes.sshd import KeyPair, Sshd, key_pair
from tests.git.stores import content

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin


async def test_a_branch_and_a_tag_are_resolved(ssh: Sshd, holder: Credentials, origin: Origin, remote: Remote) -> None:
    first = origin.commit({"a": "1"})
    origin.tag("v1", first)
    second = origin.commit({"a": "2"})
    url = ssh.url(origin.path)
    assert (await remote.resolve(url, "main", holder)).commit == second
    assert (await remote.resolve(url, "v1", holder)).commit == first


async def test_the_short_form_of_a_url_is_resolved_and_fetched(
    ssh: Sshd, holder: Credentials, origin: Origin, remote: Remote, pool: StorePool
) -> None:
    commit = origin.commit({"a": "1"})
    url = f"[{ssh.user}@127.0.0.1:{ssh.port}]:{origin.path}"
    assert (await remote.resolve(url, "main", holder)).commit == commit
    await pool.ensure(url, commit, "main", holder)
    assert content(pool.tree(url, commit)) == {"a": b"1"}


async def test_a_commit_is_fetched_by_its_hash_and_then_its_news(
    ssh: Sshd, holder: Credentials, origin: Origin, pool: StorePool
) -> None:
    url, first = ssh.url(origin.path), origin.commit({"a": "1", "b": "x" * 100_000})
    origin.commit({"a": "2"})
    assert (await pool.ensure(url, first, "main", holder)).operation == "clone"
    third = origin.commit({"a": "3"})
    news = await pool.ensure(url, third, "main", holder)
    assert news.operation == "fetch"
    assert news.received_bytes < 10_000
    assert content(pool.tree(url, third))["a"] == b"3"


async def test_a_server_that_refuses_hashes_is_asked_for_the_ref(
    ssh: Sshd, holder: Credentials, stubborn: Origin, pool: StorePool
) -> None:
    url = ssh.url(stubborn.path)
    first = stubborn.commit({"a": "1"})
    for text in "23456":
        stubborn.commit({"a": text})
    await pool.ensure(url, first, "main", holder)
    assert content(pool.tree(url, first)) == {"a": b"1"}


@pytest.mark.parametrize("hashes", [True, False])
async def test_a_commit_that_is_gone_is_said_to_be(
    ssh: Sshd, holder: Credentials, origin: Origin, stubborn: Origin, pool: StorePool, hashes: bool
) -> None:
    there = origin if hashes else stubborn
    there.commit({"a": "1"})
    with pytest.raises(CommitGone, match="is not to be had"):
        await pool.ensure(ssh.url(there.path), "a" * 40, "main", holder)


@pytest.mark.parametrize(
    ("kind", "form"), [("rsa", "RFC4716"), ("rsa", "PEM"), ("ecdsa", "RFC4716"), ("ecdsa", "PKCS8")]
)
async def test_each_kind_of_key_opens(
    tmp_path: Path, keys: list[KeyPair], ssh: Sshd, origin: Origin, remote: Remote, kind: str, form: str
) -> None:
    pair = key_pair(tmp_path / "keys", kind, form=form)
    ssh.authorize(pair)
    commit = origin.commit({"a": "1"})
    key = pair.private.rstrip("\n").replace("\n", "\r\n")
    assert (await remote.resolve(ssh.url(origin.path), "main", Credentials.ssh_key(key))).commit == commit


@pytest.mark.parametrize(
    "make", [ed25519.Ed25519PrivateKey.generate, lambda: rsa.generate_private_key(65537, 2048)], ids=["ed25519", "rsa"]
)
async def test_a_key_as_openssl_writes_it_opens(
    make: Callable[[], Any], ssh: Sshd, origin: Origin, remote: Remote
) -> None:
    key = make()
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, form, plain).decode()
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    ssh.authorize(KeyPair(private, public))
    commit = origin.commit({"a": "1"})
    holder = Credentials.ssh_key(private, ssh.known_hosts)
    assert (await remote.resolve(ssh.url(origin.path), "main", holder)).commit == commit


async def test_a_key_that_the_server_does_not_know(ssh: Sshd, origin: Origin, remote: Remote, tmp_path: Path) -> None:
    stranger = Credentials.ssh_key(key_pair(tmp_path).private, ssh.known_hosts)
    with pytest.raises(GitAuthFailed, match=f"refused the key of user '{ssh.user}'; add its public half"):
        await remote.resolve(ssh.url(origin.path), "main", stranger)


async def test_a_user_that_the_server_does_not_know(
    ssh: Sshd, holder: Credentials, origin: Origin, remote: Remote
) -> None:
    url = ssh.url(origin.path).replace(f"{ssh.user}@", "nobody-of-that-name@")
    with pytest.raises(GitAuthFailed, match="refused the key of user 'nobody-of-that-name'"):
        await remote.resolve(url, "main", holder)


async def test_ssh_without_a_key(ssh: Sshd, origin: Origin, remote: Remote, pool: StorePool) -> None:
    url, nobody = ssh.url(origin.path), Credentials.none()
    with pytest.raises(CredentialsInvalid, match=r"takes a key; set spec\.git\.auth\.sshKey"):
        await remote.resolve(url, "main", nobody)
    with pytest.raises(CredentialsInvalid, match=r"takes a key; set spec\.git\.auth\.sshKey"):
        await pool.ensure(url, "a" * 40, "main", nobody)


async def test_a_repository_that_is_not_there(ssh: Sshd, holder: Credentials, origin: Origin, remote: Remote) -> None:
    with pytest.raises(RepositoryNotFound, match="does not appear to be a git repository"):
        await remote.resolve(ssh.url(origin.path.parent / "nothing.git"), "main", holder)


async def test_a_repository_without_a_commit(ssh: Sshd, holder: Credentials, origin: Origin, remote: Remote) -> None:
    with pytest.raises(RepositoryEmpty):
        await remote.resolve(ssh.url(origin.path), "main", holder)


async def test_a_port_on_which_nobody_listens(holder: Credentials, remote: Remote) -> None:
    with pytest.raises(GitUnreachable, match="check the address and the network"):
        await remote.resolve(f"ssh://me@127.0.0.1:{closed_port()}/plant.git", "main", holder)
