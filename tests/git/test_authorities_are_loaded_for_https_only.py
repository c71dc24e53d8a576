"""pygit2 reads no certificate while it is loaded; libgit2 is given the system's authorities before its first https."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stoker.errors import GitUnreachable
from stoker.git.credentials import Credentials
from stoker.git.offload import Thread
from stoker.git.remote import Remote
from tests.fakes.authority import Authority
from tests.fakes.gitservers import http_backend, own_certificate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from tests.fakes.gitrepos import Origin

NOWHERE = {"SSL_CERT_FILE": "/nowhere/ca.pem", "SSL_CERT_DIR": "/nowhere"}


def test_git_loads_where_the_system_trusts_nobody_and_leaves_the_environment_alone() -> None:
    code = "import os, stoker.git.fetch; print(os.environ['SSL_CERT_FILE'], os.environ['SSL_CERT_DIR'])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **NOWHERE}, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == list(NOWHERE.values())


async def test_a_server_that_the_named_file_vouches_for(
    tmp_path: Path, origin: Origin, pool: StorePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = origin.commit({"a": "1"})
    with http_backend(tmp_path / "srv", tls=own_certificate(tmp_path)) as served:
        url = f"{served.url}/{origin.path.name}"
        with pytest.raises(GitUnreachable, match="TLS certificate"):
            await pool.ensure(url, commit, "main", Credentials.none())
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        fetched = await pool.ensure(url, commit, "main", Credentials.none())
    assert fetched.operation == "clone"


async def test_a_file_without_a_certificate_is_said(
    tmp_path: Path, pool: StorePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(GitUnreachable, match="SSL_CERT_FILE"):
        await pool.ensure("https://127.0.0.1:9/plant.git", "a" * 40, "main", Credentials.none())


# --- the file is replaced while the process runs -------------------------------------------------------------------


@pytest.fixture
async def ask(
    request: pytest.FixtureRequest, origin: Origin, pool: StorePool
) -> AsyncIterator[Callable[[str], Awaitable[object]]]:
    """Look-ups or fetches of one process, the parameter says which."""
    commit = origin.commit({"a": "1"})
    async with Remote(Thread(), timeout=10) as remote:
        if request.param == "look-up":
            yield lambda url: remote.resolve(url, "main", Credentials.none())
        else:
            yield lambda url: pool.ensure(url, commit, "main", Credentials.none())


@pytest.mark.parametrize("ask", ["look-up", "fetch"], indirect=True)
async def test_an_authority_that_is_added_is_trusted_from_then_on_and_a_spoilt_file_takes_none_away(
    ask: Callable[[str], Awaitable[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, old, new = tmp_path / "bundle.pem", *(Authority(folder(tmp_path, name)) for name in ("old", "new"))
    bundle.write_bytes(old.pem.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with (
        http_backend(tmp_path / "srv", tls=old.server()) as first,
        http_backend(tmp_path / "srv", tls=new.server()) as second,
    ):
        await ask(f"{first.url}/plant.git")
        with pytest.raises(GitUnreachable, match="TLS certificate"):
            await ask(f"{second.url}/plant.git")
        replace(bundle, old.pem.read_bytes() + new.pem.read_bytes())
        await ask(f"{second.url}/plant.git")
        replace(bundle, b"")
        with http_backend(tmp_path / "srv", tls=new.server()) as third:
            await ask(f"{third.url}/plant.git")


def folder(root: Path, name: str) -> Path:
    """Made."""
    (root / name).mkdir()
    return root / name


def replace(file: Path, content: bytes) -> None:
    """As the kubelet does with what it mounts: another file is there at once."""
    file.with_suffix(".new").write_bytes(content)
    file.with_suffix(".new").replace(file)
