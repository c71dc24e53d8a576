"""A manager with little memory starts fewer processes beside itself, and is not killed for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stoker.git.workers import MOST
from stoker.web.certificate import self_signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.image.container import Container

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


@pytest.fixture
def account(tmp_path: Path) -> Path:
    """A service account of a cluster whose API server nobody reaches."""
    certificate, _ = self_signed(("localhost",))
    for name, content in (("token", b"x"), ("namespace", b"home"), ("ca.crt", certificate)):
        (tmp_path / name).write_bytes(content)
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(("memory", "processes"), [(128 << 20, 3), (256 << 20, MOST)])
def test_it_heeds_the_limit_of_its_container(
    memory: int, processes: int, account: Path, start: Callable[..., Container]
) -> None:
    env = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1"}
    words = ("--probes=127.0.0.1:0", "--metrics=off")
    manager = start("/manager", *words, env=env, mounts={ACCOUNT: account}, memory=memory)
    assert manager.process.stdout is not None
    lines = (json.loads(line) for line in manager.process.stdout)
    assert next(line for line in lines if line["event"] == "manager_starting")["git_processes"] == processes
