"""Real git servers on 127.0.0.1 for tests and benches: ``git daemon`` and ``git http-backend``, with what may go wrong.

Every server is a context manager that owns its sockets, threads and children, and leaves none behind. They listen on port 0
before anyone is told the address, so nothing waits for a server to come up. The daemon runs per connection (``--inetd``),
which is the same program without the guess of a free port.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import socketserver
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.fakes.githttp import Behaviour, HttpBackend
from tests.fakes.gitrepos import git_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "127.0.0.1"


class Tracking(socketserver.ThreadingTCPServer):
    """Knows its open connections, so that closing ends them and joins their threads."""

    daemon_threads = False
    block_on_close = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is the client's business."""

    def end(self) -> None:
        """Stops listening and hangs up on everybody."""
        self.shutdown()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Either(Tracking):
    """Speaks TLS to whoever begins with it, and in the clear to all others, on one port."""

    def __init__(self, tls: ssl.SSLContext, *arguments: Any) -> None:
        self._tls = tls
        super().__init__(*arguments)

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if connection.recv(1, socket.MSG_PEEK) == b"\x16":
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address


@contextlib.contextmanager
def running(server: Tracking) -> Iterator[int]:
    """Serves in a thread until the end; yields the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.end()
        thread.join()


@contextlib.contextmanager
def git_daemon(root: Path) -> Iterator[str]:
    """Serves every repository below ``root``; yields ``git://127.0.0.1:PORT``, to which ``/name.git`` is added."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            command = ["git", "daemon", "--inetd", "--export-all", f"--base-path={root}", str(root)]
            subprocess.run(
                command,
                stdin=self.request,
                stdout=self.request,
                stderr=subprocess.DEVNULL,
                env=git_environment(),
                check=False,
            )

    with running(Tracking((HOST, 0), Handler)) as port:
        yield f"git://{HOST}:{port}"


@dataclass
class HttpServer:
    """A running ``git http-backend``. ``behaviour`` may be changed while it runs; ``requests`` is what it was
    asked, ``cookies`` what it was shown."""

    url: str
    behaviour: Behaviour
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)

    @property
    def authorizations(self) -> list[str]:
        """The Authorization headers that arrived, in order."""
        return [header for _, _, header in self.requests if header]


@contextlib.contextmanager
def http_backend(
    root: Path, behaviour: Behaviour | None = None, *, tls: ssl.SSLContext | None = None, both: bool = False
) -> Iterator[HttpServer]:
    """Serves every repository below ``root`` over smart HTTP; ``.url`` has no trailing slash. ``both``: in the clear too."""
    served = HttpServer("", behaviour or Behaviour())
    handler = type("Handler", (HttpBackend,), {"root": root, "served": served})
    server = _Either(tls, (HOST, 0), handler) if tls and both else Tracking((HOST, 0), handler)
    if tls is not None and not both:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with running(server) as port:
        served.url = f"{'https' if tls else 'http'}://{HOST}:{port}"
        yield served


def own_certificate(folder: Path) -> ssl.SSLContext:
    """For a server on 127.0.0.1, signed by itself: nobody vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2100, 1, 1, tzinfo=UTC)
    )
    address = x509.IPAddress(ipaddress.ip_address(HOST))
    signed = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(secret + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and never says a word; yields the port."""
    ending = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while not ending.is_set() and self.request.recv(65536):
                continue

    with running(Tracking((HOST, 0), Handler)) as port:
        try:
            yield port
        finally:
            ending.set()


@contextlib.contextmanager
def dripping_server() -> Iterator[int]:
    """Answers every connection with one byte of a long line at a time, without end; yields the port."""
    ending = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            web = b"HTTP" in self.request.recv(65536)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: " if web else b"fff0")
            while not ending.wait(0.05):
                self.request.sendall(b"a")

    with running(Tracking((HOST, 0), Handler)) as port:
        try:
            yield port
        finally:
            ending.set()


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port that answers no connection attempt at all: its queue is full; yields the port."""
    with socket.socket() as hole, contextlib.ExitStack() as callers:
        hole.bind((HOST, 0))
        hole.listen(0)
        for _ in range(4):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(hole.getsockname())
        yield int(hole.getsockname()[1])


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class Counter:
    """A relay to another port that counts: bytes to the server and from it, and connections open now."""

    port: int = 0
    sent: int = 0
    received: int = 0
    open: int = 0

    def reset(self) -> None:
        """Counts anew."""
        self.sent = self.received = 0

    @property
    def moved(self) -> int:
        """Both ways together."""
        return self.sent + self.received


@contextlib.contextmanager
def counting(port: int) -> Iterator[Counter]:
    """Stands before the server on ``port``; ``Counter.port`` is where clients go instead."""
    counter, lock = Counter(), threading.Lock()

    def relay(source: socket.socket, target: socket.socket, direction: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                with lock:
                    setattr(counter, direction, getattr(counter, direction) + len(data))
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with lock:
                counter.open += 1
            with socket.create_connection((HOST, port)) as behind:
                back = threading.Thread(target=relay, args=(behind, self.request, "received"))
                back.start()
                relay(self.request, behind, "sent")
                back.join()
            with lock:
                counter.open -= 1

    with running(Tracking((HOST, 0), Handler)) as front:
        counter.port = front
        yield counter


def open_sockets() -> set[str]:
    """The sockets this process holds, to see that none is left behind."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/self/fd/{number}")
            if target.startswith("socket:"):
                found.add(target)
    return found
