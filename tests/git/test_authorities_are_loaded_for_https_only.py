"""pygit2 reads no certificate while it is loaded; libgit2 is given the system's authorities before its first https."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stoker.errors import GitUnreachable
from stoker.git.credentials import Credentials
from tests.fakes.gitservers import http_backend, own_certificate

if TYPE_CHECKING:
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
