"""``stoker simulator`` as a process: what it says, how it serves, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "s3cret-of-the-gateway"


class Simulator:
    """A running process; ``line(event)`` reads its log up to that event."""

    def __init__(self, *arguments: str) -> None:
        environment = {**os.environ, "STOKER_SIMULATOR_API_KEY": f"stoker:{SECRET}", "LOG_DEV_MODE": "false"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stoker", "simulator", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.output: list[str] = []
        self.url = str(self.line("simulator_serving")["urls"][0])

    def line(self, event: str) -> dict[str, Any]:
        """The next log line of that event."""
        stdout: IO[str] | None = self.process.stdout
        assert stdout is not None
        for text in stdout:
            self.output.append(text)
            fields: dict[str, Any] = json.loads(text)
            if fields["event"] == event:
                return fields
        raise AssertionError(f"ended without {event}: {self.output}")

    def post(self, path: str) -> int:
        """The status of a POST with the key."""
        headers = {"X-Ignition-API-Token": f"stoker:{SECRET}"}
        return httpx.post(self.url + path, json={}, headers=headers, trust_env=False).status_code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """Starts simulators over an empty directory, and ends them."""
    started: list[Simulator] = []

    def starter(*arguments: str) -> Simulator:
        started.append(Simulator("--data-dir", str(tmp_path), *arguments))
        return started[-1]

    yield starter
    for one in started:
        one.process.kill()
        one.process.communicate()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stoker", "simulator", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_serves_and_logs_each_scan_as_a_line_of_json(start: Callable[..., Simulator]) -> None:
    simulator = start()
    assert simulator.post("/data/api/v1/scan/projects") == 200
    assert simulator.line("scan_answered")["status"] == 200
    assert {"kind", "resources", "rewritten", "timestamp", "level"} <= simulator.line("scan_done").keys()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_good_order(start: Callable[..., Simulator], number: signal.Signals) -> None:
    simulator = start()
    simulator.process.send_signal(number)
    rest, errors = simulator.process.communicate(timeout=30)
    assert (simulator.process.returncode, errors) == (0, "")
    assert json.loads(rest.splitlines()[-1])["event"] == "simulator_stopped"


def test_a_signal_stops_it_also_while_a_request_waits(start: Callable[..., Simulator]) -> None:
    simulator = start("--start-seconds", "3600")
    host, port = simulator.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /data/api/v1/scan/projects HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        simulator.process.terminate()
        simulator.process.communicate(timeout=30)
    assert simulator.process.returncode == 0


def test_the_key_is_in_no_line_and_in_no_argument(start: Callable[..., Simulator]) -> None:
    simulator = start()
    simulator.post("/data/api/v1/scan/projects")
    simulator.line("scan_done")
    simulator.process.terminate()
    rest, errors = simulator.process.communicate(timeout=30)
    assert SECRET not in "".join(simulator.output) + rest + errors
    assert SECRET not in run("--help").stdout


def test_a_first_boot_commissions_until_it_is_finished(start: Callable[..., Simulator]) -> None:
    simulator = start("--start-seconds", "0.1", "--commission")
    assert simulator.line("gateway_state")["state"] == "commissioning"
    assert simulator.post("/data/api/v1/scan/projects") == 400
    assert simulator.post("/simulator/commission") == 200
    assert simulator.post("/data/api/v1/scan/projects") == 200


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = run("--port", port, "--data-dir", str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert f"port {port}" in answer.stderr
    assert "another --port" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--data-dir", "/nowhere/at/all"], "--data-dir /nowhere/at/all"),
        ([], "--data-dir"),
        (["--data-dir", "/tmp", "--port", "70000"], "--port"),
        (["--data-dir", "/tmp", "--start-seconds", "soon"], "--start-seconds"),
        (["--data-dir", "/tmp", "--key", "name:secret"], "--key"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_exit_2(arguments: list[str], named: str) -> None:
    answer = run(*arguments)
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    assert named in answer.stderr


def test_help_teaches_routes_variables_and_exit_codes() -> None:
    text = run("--help").stdout
    for taught in ("--commission", "STOKER_SIMULATOR_API_KEY", "/simulator/record", "exit codes", "examples"):
        assert taught in text
