"""The HTTP side of the tests' git server: a request becomes a CGI run of ``git http-backend``, streamed both ways.

What a server may do otherwise (want a token, speak only protocol v0, compress, redirect, fail, hang up in the middle) is a
``Behaviour``. See gitservers for starting one.
"""

from __future__ import annotations

import base64
import gzip
import subprocess
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from tests.fakes.gitrepos import git_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Behaviour:
    """``token``: wanted as Basic password. ``redirects``: path prefix to the URL that replaces it, told to anyone unless it
    ``asks_first`` for the token. ``cut``: bytes of an upload-pack answer after which the connection ends. ``status``: answered
    to everything. ``cookie``: set with each. ``met``: called with the address of each client that waits for an answer."""

    token: str | None = None
    v2: bool = True
    gzip: bool = False
    dumb: bool = False
    status: int | None = None
    cut: int | None = None
    body: tuple[str, bytes] | None = None
    cookie: str = ""
    redirects: dict[str, str] = field(default_factory=dict)
    asks_first: bool = False
    met: Callable[[tuple[str, int]], None] | None = None


class HttpBackend(BaseHTTPRequestHandler):
    """One connection; ``root`` and ``served`` are set by the server that starts it."""

    root: ClassVar[Path]
    served: ClassVar[Any]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: tests look at ``requests``."""

    def do_GET(self) -> None:
        """As POST, without a body."""
        self._answer(b"")

    def do_POST(self) -> None:
        """An upload-pack request."""
        self._answer(self._body())

    def _answer(self, body: bytes) -> None:
        behaviour: Behaviour = self.served.behaviour
        authorization = self.headers.get("Authorization", "")
        self.served.requests.append((self.command, self.path, authorization))
        if behaviour.met is not None:
            behaviour.met(self.client_address)
        self.served.cookies.extend(self.headers.get_all("Cookie", []))
        if behaviour.status is not None:
            return self._plain(behaviour.status, b"no\n")
        known = behaviour.token is None or _matches(authorization, behaviour.token)
        for prefix, target in behaviour.redirects.items():
            if self.path.startswith(prefix) and (known or not behaviour.asks_first):
                return self._plain(302, b"", Location=target + self.path[len(prefix) :])
        if not known:
            return self._plain(401, b"", **{"WWW-Authenticate": 'Basic realm="git"'})
        if behaviour.body is not None:
            return self._plain(200, behaviour.body[1], **{"Content-Type": behaviour.body[0]})
        return self._run(body, behaviour)

    def _run(self, body: bytes, behaviour: Behaviour) -> None:
        command = ["git", "http-backend"]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._cgi(body, behaviour),
        ) as process:
            assert process.stdin
            assert process.stdout
            try:
                process.stdin.write(body)
                process.stdin.close()
            except BrokenPipeError:
                pass
            status, headers = 200, {}
            while line := process.stdout.readline().decode().strip():
                name, _, value = line.partition(": ")
                if name.lower() == "status":
                    status = int(value.split()[0])
                elif name.lower() != "content-length":  # the answer goes out in chunks
                    headers[name] = value
            content = process.stdout
            if behaviour.gzip and "gzip" in self.headers.get("Accept-Encoding", "") and self.command == "GET":
                self._plain(status, gzip.compress(content.read()), **headers, **{"Content-Encoding": "gzip"})
                return
            self._stream(status, headers, content, behaviour.cut if self.command == "POST" else None)

    def _stream(self, status: int, headers: dict[str, str], content: Any, cut: int | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        passed = 0
        while data := content.read1(65536):
            if cut is not None and passed + len(data) > cut:
                self.wfile.write(b"%x\r\n" % len(data) + data[: max(0, cut - passed)])
                self.close_connection = True
                return
            passed += len(data)
            self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def end_headers(self) -> None:
        """With the cookie, where one is set."""
        if self.served.behaviour.cookie:
            self.send_header("Set-Cookie", self.served.behaviour.cookie)
        super().end_headers()

    def _plain(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _cgi(self, body: bytes, behaviour: Behaviour) -> dict[str, str]:
        parts = urlsplit(self.path)
        environment = git_environment() | {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": parts.path,
            "QUERY_STRING": "" if behaviour.dumb else parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_USER": "tests",
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        if behaviour.v2 and self.headers.get("Git-Protocol"):
            environment["GIT_PROTOCOL"] = self.headers["Git-Protocol"]
        return environment

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        content = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content


def _matches(authorization: str, token: str) -> bool:
    scheme, _, value = authorization.partition(" ")
    try:
        return scheme.lower() == "basic" and base64.b64decode(value).decode().partition(":")[2] == token
    except ValueError:
        return False
