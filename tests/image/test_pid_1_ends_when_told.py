"""The manager as PID 1, against the real API server with the pod's own credentials: it becomes ready, and SIGTERM ends it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from tests.cluster import accounts
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.image.container import Container


@pytest.fixture
def manager(start: Callable[..., Container], plane: Plane, namespace: str, tmp_path: Path) -> Container:
    """With what a kubelet mounts and sets."""
    home = f"image-{namespace}"
    token = accounts.manager_token(plane, home=home, watched=[namespace])
    for name, text in {"token": token, "ca.crt": plane.ca.read_text(), "namespace": home}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    env = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(plane.port), "POD_NAMESPACE": home}
    env |= {"WATCH_NAMESPACES": namespace, "POD_NAME": "manager-0"}
    words = ("--probes", "127.0.0.1:0", "--metrics", "off")
    return start("/manager", *words, env=env, mounts={"/var/run/secrets/kubernetes.io/serviceaccount": tmp_path})


def test_it_leads_and_sigterm_ends_it_in_good_order(manager: Container) -> None:
    said: list[str] = []
    assert manager.process.stdout is not None
    reader = threading.Thread(target=lambda: said.extend(manager.process.stdout or ()))
    reader.start()
    until(lambda: any('"leading"' in line for line in said) or manager.process.poll() is not None, "it leads")
    assert manager.process.poll() is None, said[-5:]
    manager.signal("TERM")
    assert manager.process.wait(30) == 0
    reader.join(10)
    assert all(json.loads(line)["level"] in {"info", "debug"} for line in said), said
