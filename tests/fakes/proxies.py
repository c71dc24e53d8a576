"""An HTTP proxy on 127.0.0.1 as companies have them: CONNECT for https, whole URLs for http, a credential when it wants one."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from tests.fakes.gitservers import HOST, Tracking, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Proxy:
    """``credential``: ``user:password`` that it wants. ``asked``: method and target of each request; ``shown``: what
    credentials it met."""

    port: int = 0
    credential: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """For HTTPS_PROXY, without a credential."""
        return f"http://{HOST}:{self.port}"


class _Handler(socketserver.StreamRequestHandler):
    served: ClassVar[Proxy]

    def handle(self) -> None:
        while self._one():
            continue

    def _one(self) -> bool:
        line = self.rfile.readline().decode()
        if not line:
            return False
        method, target, _ = line.split(" ")
        headers: dict[str, str] = {}
        while name := self.rfile.readline().decode().strip():
            headers[name.partition(":")[0].lower()] = name.partition(":")[2].strip()
        self.served.asked.append((method, target))
        given = headers.pop("proxy-authorization", "")
        self.served.shown.append(base64.b64decode(given.partition(" ")[2]).decode() if given else "")
        if self.served.credential and self.served.shown[-1] != self.served.credential:
            body = int(headers.get("content-length", "0"))
            self.rfile.read(body)
            self.wfile.write(b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
            return True
        if method == "CONNECT":
            self._tunnel(int(target.rpartition(":")[2]))
        else:
            self._forward(method, target, headers)
        return False

    def _tunnel(self, port: int) -> None:
        with socket.create_connection((HOST, port)) as behind:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._both(behind)

    def _forward(self, method: str, target: str, headers: dict[str, str]) -> None:
        parts = urlsplit(target)
        with socket.create_connection((HOST, parts.port or 80)) as behind:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            kept = {name: value for name, value in headers.items() if "connection" not in name}
            head = "".join(f"{name}: {value}\r\n" for name, value in {**kept, "connection": "close"}.items())
            behind.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
            self._both(behind, b"Connection: close\r\n")

    def _both(self, behind: socket.socket, added: bytes = b"") -> None:
        """Both ways until both ends have ended; ``added`` goes behind the first line of the answer."""
        there = threading.Thread(target=self._to, args=(behind,))
        there.start()
        with contextlib.suppress(OSError):
            if added:
                first = behind.makefile("rb", buffering=0).readline()
                self.connection.sendall(first + added)
            while data := behind.recv(65536):
                self.connection.sendall(data)
        for end in (self.connection, behind):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        there.join()

    def _to(self, behind: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := self.rfile.read1(65536):
                behind.sendall(data)
            behind.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxy() -> Iterator[Proxy]:
    """Serves until the end. Whatever host is asked for, it goes to this machine, to the port that was asked for."""
    served = Proxy()

    with running(Tracking((HOST, 0), type("Handler", (_Handler,), {"served": served}))) as port:
        served.port = port
        yield served
