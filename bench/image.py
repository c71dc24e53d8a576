"""The image: its size on a node and on the wire, and how soon its manager is ready. As root, where it can be built."""

from __future__ import annotations

import contextlib
import os
import time
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Final

from bench.table import Page, Row, megabytes, milliseconds
from tests.cluster import accounts, binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared
from tests.image.archive import Archive
from tests.image.container import UID, Container, Engine
from tests.image.plugin import built

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS: Final = 5
PORT: Final = 18081
HOME: Final = "image-bench"
PATIENCE: Final = 60.0
_ACCOUNT: Final = "/var/run/secrets/kubernetes.io/serviceaccount"


def measure(page: Page, base: Path) -> None:
    """The rows of this section, or one that says why there are none."""
    path, missing = built()
    if path is None:
        page.add(Row("image", f"not measured: {missing}", "under 170 MB, compressed under 55 MB"))
        return
    archive = Archive(path)
    files, packed = archive.sizes()
    page.add(Row("image: size; compressed", f"{megabytes(files)}; {megabytes(packed)}", "under 170 MB; under 55 MB"))
    with _engine(archive) as engine, _plane() as plane:
        account = _account(plane, base)
        manager = [_started(partial(_manager, engine, plane, account), "/readyz") for _ in range(ROUNDS)]
        page.add(Row("image: start to ready, manager", milliseconds(manager), "under 3 s"))
        agent = [_started(partial(_agent, engine, plane, account, base), "/healthz") for _ in range(ROUNDS)]
        page.add(Row("image: start to work, agent", milliseconds(agent), "under 1 s"))


@contextlib.contextmanager
def _engine(archive: Archive) -> Iterator[Engine]:
    made = Engine(archive)
    try:
        yield made
    finally:
        made.close()


@contextlib.contextmanager
def _plane() -> Iterator[Plane]:
    made = Plane(binaries.found(), prepare=prepared)
    try:
        yield made
    finally:
        made.close()


def _account(plane: Plane, base: Path) -> Path:
    """What a kubelet mounts."""
    folder = base / "account"
    folder.mkdir()
    base.chmod(0o755)
    token = accounts.manager_token(plane, home=HOME)
    for name, text in {"token": token, "ca.crt": plane.ca.read_text(encoding="utf-8"), "namespace": HOME}.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644)
    return folder


def _manager(engine: Engine, plane: Plane, account: Path) -> Container:
    env = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(plane.port), "POD_NAMESPACE": HOME}
    words = ("/manager", "--probes", f"127.0.0.1:{PORT}", "--metrics", "off")
    return Container(engine, words, env=env | {"POD_NAME": "manager-0"}, mounts={_ACCOUNT: account})


def _agent(engine: Engine, plane: Plane, account: Path, base: Path) -> Container:
    """Whose resource nobody has made yet: ready it is when a gateway was synced, and that is other rows' figure."""
    key, data = base / "key", base / "data"
    key.write_text("name:secret", encoding="utf-8")
    key.chmod(0o644)
    for folder in (data, base / "repo"):
        folder.mkdir(exist_ok=True)
        os.chown(folder, UID, UID)
    env = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(plane.port), "POD_NAME": "gateway-0"}
    env |= {
        "POD_NAMESPACE": HOME,
        "CR_NAMESPACE": HOME,
        "POD_UID": "1",
        "CR_NAME": "plant",
        "GATEWAY_NAME": "gateway-0",
    }
    env |= {
        "PROFILE": "default",
        "REPO_PATH": "/repo",
        "DATA_PATH": "/data",
        "GATEWAY_PORT": "18088",
        "GATEWAY_TLS": "false",
    }
    env |= {"API_KEY_FILE": "/key", "SYNC_PERIOD": "30"}
    words = ("/agent", "--probes", f"127.0.0.1:{PORT}", "--metrics", "127.0.0.1:0")
    # Mount points are made in the unpacked image, which is this run's own.
    mounts, writable = {_ACCOUNT: account, "/key": key}, {"/data": data, "/repo": base / "repo"}
    return Container(engine, words, env=env, mounts=mounts, writable=writable)


def _started(start: partial[Container], probe: str) -> float:
    """Seconds from the container's start until the probe succeeds; it is stopped in good order, so that its lease is free."""
    begun = time.perf_counter()
    container = start()
    try:
        while not _succeeds(f"http://127.0.0.1:{PORT}{probe}"):
            assert container.process.poll() is None, "it ended"
            assert time.perf_counter() - begun < PATIENCE, "it does not become ready"
            time.sleep(0.01)
        passed = time.perf_counter() - begun
        container.signal("TERM")
        container.process.communicate(timeout=PATIENCE)
        return passed
    finally:
        container.close()


def _succeeds(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status) == 200
    except (OSError, urllib.error.HTTPError):
        return False
