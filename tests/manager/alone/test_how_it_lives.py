"""The process: by service account files as in a pod, over a token that rotates, its probes, its ends and what it refuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cluster import accounts
from tests.cluster.plane import APISERVER
from tests.manager.process import Manager, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.plane import Plane
    from tests.manager.conftest import Start
    from tests.manager.site import Site


@pytest.fixture
def deaf(plane: Plane) -> Iterator[Plane]:
    """The plane, whose API server answers again at the end of the test."""
    yield plane
    plane.resume(APISERVER)


def test_a_signal_ends_it_in_good_order(start: Start) -> None:
    running = start("--receiver", "127.0.0.1:0").ready()
    assert running.stop() == 0
    assert running.lines()[-1]["event"] == "manager_stopped"
    assert [line for line in running.lines() if line.get("level") == "error"] == []


def test_a_second_signal_ends_it_at_once(start: Start, deaf: Plane) -> None:
    running = start()
    running.ready()
    deaf.pause(APISERVER)
    running.process.send_signal(signal.SIGTERM)
    running.said("manager_stopping")
    assert running.stop(signal.SIGTERM) == 128 + signal.SIGTERM


def test_while_it_ends_it_is_not_ready_and_lives(start: Start) -> None:
    """A request is half sent, and such have five seconds."""
    running = start("--receiver", "127.0.0.1:0", WEBHOOK_HMAC_SECRET="a-secret").ready()
    assert running.said("manager_serving")["services"] == [
        "receiver",
        "probes",
        "metrics",
        "controller",
        "heart",
        "rest",
    ]
    port = int(running.url("receiver").rpartition(":")[2])
    signed = "X-Hub-Signature-256: sha256=00\r\nContent-Length: 9\r\n"
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(f"POST /webhook/plant/line HTTP/1.1\r\nHost: x\r\n{signed}\r\n{{".encode())
        running.process.send_signal(signal.SIGTERM)
        running.said("manager_stopping")
        assert (running.probe("/readyz"), running.probe("/healthz")) == (503, 200)
        assert running.stop(signal.SIGTERM) == 128 + signal.SIGTERM


def test_it_serves_on_while_others_hear_of_its_end(start: Start) -> None:
    running = start("--receiver", "127.0.0.1:0", "--linger", "300").ready()
    running.process.send_signal(signal.SIGTERM)
    running.said("manager_stopping")
    assert running.probe("/readyz") == 503
    assert httpx.get(f"{running.url('receiver')}/nothing").status_code == 404
    assert running.stop(signal.SIGTERM) == 128 + signal.SIGTERM


def test_an_api_server_that_hangs_holds_up_no_end(start: Start, deaf: Plane) -> None:
    running = start().ready()
    deaf.pause(APISERVER)
    assert running.stop() == 0, "1 where something had to be cut off at the end of the grace period"
    assert running.said("lease_not_reached")["reason"] == "ClusterUnreachable"


def test_probes_are_for_anyone(start: Start) -> None:
    running = start().ready()
    assert running.probe("/healthz") == 200
    assert running.probe("/nothing") == 404


def test_it_is_not_ready_without_an_api_server_but_lives(plane: Plane, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        server = f"https://127.0.0.1:{nobody.getsockname()[1]}"
        config = plane.write_kubeconfig("nowhere", {"token": "x"}, server=server)
        running = Manager(tmp_path, config, env={"POD_NAMESPACE": "home", "POD_NAME": "stoker-0"})
        try:
            running.said("lease_not_reached")
            assert running.said("manager_starting")["lease"] == "home/a86165bb.stoker.io"
            assert (running.probe("/healthz"), running.probe("/readyz")) == (200, 503)
            assert running.stop() == 0
        finally:
            running.close()


@pytest.mark.parametrize("missing", ["kubeconfig", "cluster"])
def test_what_forbids_a_start_is_one_line(tmp_path: Path, missing: str) -> None:
    config = tmp_path / "nothing-here"
    words = ["--kubeconfig", str(config)] if missing == "kubeconfig" else []
    done = subprocess.run(
        [sys.executable, "-m", "stoker", "manager", "--probes", "127.0.0.1:0", "--metrics", "off", *words],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("stoker: ")


def test_a_taken_port_is_one_line(plane: Plane, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        running = Manager(tmp_path, plane.kubeconfig, ["--metrics", address])
        assert running.process.wait(60) == 1
    assert f"--metrics {address} cannot be served" in running.log.read_text()


# --- as in a pod --------------------------------------------------------------------------------------------------


@pytest.fixture
def mounted(plane: Plane, namespace: str, tmp_path: Path) -> Iterator[Manager]:
    """A manager that finds its API server by the files and variables of a service account."""
    home = f"pod-{namespace}"
    token = accounts.manager_token(plane, home=home, watched=[namespace])
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text(token)
    (folder / "namespace").write_text(home)
    (folder / "ca.crt").write_bytes(plane.ca.read_bytes())
    host, port = plane.url.removeprefix("https://").rsplit(":", 1)
    env = {
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": port,
        "SERVICE_ACCOUNT_DIR": str(folder),
        "WATCH_NAMESPACES": namespace,
        "POD_NAME": "stoker-0",
    }
    running = Manager(tmp_path, None, env=env)
    yield running
    running.close()


def test_a_pod_finds_its_api_server_by_its_service_account(mounted: Manager, place: Site) -> None:
    mounted.ready()
    place.resource()
    place.resolved()
    told = mounted.said("manager_starting")
    assert told["lease"].startswith(f"pod-{place.namespace}/")
    assert told["identity"].startswith("stoker-0_")


def test_a_token_that_was_renewed_in_place_is_taken_up(mounted: Manager, place: Site, plane: Plane) -> None:
    mounted.ready()
    file = next(Path(value) for key, value in mounted.env.items() if key == "SERVICE_ACCOUNT_DIR") / "token"
    fresh = accounts.token_for(plane, f"pod-{place.namespace}", accounts.MANAGER, seconds=7200)
    file.write_text(fresh)
    secret = {"metadata": {"name": "unused"}}
    plane.admin.create(place.path("configmaps"), secret)
    place.resource()
    place.resolved()
    assert [line for line in mounted.lines() if line.get("reason") == "Unauthorized"] == []


def test_narrowed_to_a_namespace_it_needs_no_right_in_another(start: Start, place: Site) -> None:
    running = start().ready()
    place.resource()
    place.resolved()
    until(lambda: running.leads, "it leads")
    assert [line for line in running.lines() if line.get("reason") == "Forbidden"] == []
