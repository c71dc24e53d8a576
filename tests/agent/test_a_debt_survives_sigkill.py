"""A real process, a real gateway's port, a real SIGKILL between merge and scan: the next start scans."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.gitrepos import Origin, make_origin

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parents[2]
FILES = {f"projects/line1/views/v{number}.json": f"view {number}" for number in range(50)}


class Port(http.server.ThreadingHTTPServer):
    """A gateway that runs. While ``holding``, scans are asked for and not answered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.holding, self.asked, self.let_go = True, threading.Event(), threading.Event()
        self.answered: list[str] = []
        self.met, self.both, self.looked = threading.Event(), threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    """gwinfo and scans; everything else is unknown to it."""

    server: Port

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        """gwinfo says that it runs; a look at a scan tells that the agent has put down that it was answered."""
        known = self.path == "/system/gwinfo"
        if known:
            self.server.met.set()
        if self.path.startswith("/data/api/v1/scan/"):
            self.server.looked.set()
        self._answer(200 if known else 404, b"ContextStatus=RUNNING;" if known else b"")

    def do_POST(self) -> None:
        """Scans."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.path.startswith("/data/api/v1/scan/"):
            self._answer(404, b"")
            return
        self.server.asked.set()
        if self.server.holding:
            self.server.let_go.wait(60)
            return
        self.server.answered.append(self.path.rpartition("/")[2])
        if {"projects", "config"} <= set(self.server.answered):
            self.server.both.set()
        self._answer(200, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def port() -> Iterator[Port]:
    """A gateway that holds its answers to scans back."""
    server = Port()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.let_go.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """A repository with one commit of fifty files."""
    made = make_origin(tmp_path / "origin.git")
    made.commit(FILES)
    return made


@contextmanager
def _agent(tmp_path: Path, origin: Origin, port: Port) -> Iterator[subprocess.Popen[bytes]]:
    (tmp_path / "data").mkdir(exist_ok=True)
    words = [tmp_path / "data", origin.url, origin.hash_of("main"), port.url, tmp_path / "git"]
    command = [sys.executable, "-m", "tests.agent.victim", *map(str, words)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def test_killed_between_merge_and_scan_the_next_start_scans(tmp_path: Path, origin: Origin, port: Port) -> None:
    with _agent(tmp_path, origin, port) as process:
        assert port.asked.wait(60), "no scan was asked for"
        process.kill()
        process.wait()
    live = {path: (tmp_path / "data" / path).read_text() for path in FILES}
    assert (live, port.answered) == (FILES, [])
    port.holding = False
    with _agent(tmp_path, origin, port):
        assert port.both.wait(60), "the next start asked for no scan"


def test_a_debt_that_was_paid_is_not_paid_by_the_next_start(tmp_path: Path, origin: Origin, port: Port) -> None:
    port.holding = False
    with _agent(tmp_path, origin, port) as process:
        assert port.looked.wait(60), "the agent did not look what became of its scans"
        process.terminate()
        assert process.wait(30) == 0
    port.asked.clear()
    port.met.clear()
    with _agent(tmp_path, origin, port) as process:
        assert port.met.wait(60), "the agent did not look for its gateway"
        assert not port.asked.wait(4)
        process.terminate()
        assert process.wait(30) == 0


def test_sigterm_while_a_gateway_hangs_ends_the_process_in_good_order(
    tmp_path: Path, origin: Origin, port: Port
) -> None:
    with _agent(tmp_path, origin, port) as process:
        assert port.asked.wait(60)
        process.terminate()
        assert process.wait(30) == 0
