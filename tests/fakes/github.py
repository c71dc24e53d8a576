"""GitHub's endpoint for installation tokens on 127.0.0.1: it checks the JWT as GitHub does, and misbehaves when told to.

Written from GitHub's REST documentation: the signature is verified with the app's public key, ``iss`` must be the app, ``iat``
not in the future, ``exp`` at most ten minutes ahead. Nothing here knows Stoker.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
APP, INSTALLATION = 4711, 99
KEY = rsa.generate_private_key(65537, 2048)
ANOTHER_KEY = rsa.generate_private_key(65537, 2048)


_OWN_CLOCK: Any = {"require": ["iat", "exp", "iss"], "verify_exp": False, "verify_iat": False}


def pem_of(key: rsa.RSAPrivateKey) -> str:
    """As GitHub hands it out: PKCS#1."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@dataclass
class Asked:
    """One request: its path, headers, and the claims of a JWT that was good."""

    path: str
    headers: dict[str, str]
    claims: dict[str, Any] | None = None


@dataclass
class GitHub:
    """``key``: the app's. ``ahead``: of its clock. ``lifetime``: of the tokens. ``answer``: status, headers and body given to
    everybody instead; ``hang``: take the request and say nothing until the end. ``asked`` and ``tokens``: what came and
    what was given."""

    key: rsa.RSAPrivateKey = KEY
    url: str = ""
    ahead: timedelta = timedelta()
    lifetime: timedelta = timedelta(hours=1)
    answer: tuple[int, dict[str, str], bytes] | None = None
    hang: bool = False
    asked: list[Asked] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        """By its clock."""
        return datetime.now(UTC) + self.ahead

    @property
    def pem(self) -> str:
        """The private key."""
        return pem_of(self.key)

    def judge(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """What GitHub would answer."""
        asked = Asked(path, headers)
        self.asked.append(asked)
        if self.answer is not None:
            return self.answer
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        scheme, _, text = headers.get("authorization", "").partition(" ")
        try:
            claims = jwt.decode(text, public, algorithms=["RS256"], options=_OWN_CLOCK)
        except jwt.PyJWTError:
            return _said(401, {"message": "A JSON web token could not be decoded"})
        now = self.now().timestamp()
        if scheme != "Bearer" or not claims["iat"] <= now < claims["exp"]:
            return _said(401, {"message": "'Issued at' claim ('iat') must be in the past"})
        if claims["exp"] > now + 600:
            return _said(401, {"message": "'Expiration time' claim ('exp') is too far in the future"})
        if claims["iss"] != str(APP):
            return _said(404, {"message": "Integration not found"})
        if path != f"/app/installations/{INSTALLATION}/access_tokens":
            return _said(404, {"message": "Not Found"})
        asked.claims = claims
        self.tokens.append(f"ghs_{len(self.tokens):036d}")
        expires = self.now() + self.lifetime
        return _said(201, {"token": self.tokens[-1], "expires_at": f"{expires:%Y-%m-%dT%H:%M:%SZ}"})


def _said(status: int, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


class _Handler(BaseHTTPRequestHandler):
    github: ClassVar[GitHub]
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: tests look at ``asked``."""

    def do_POST(self) -> None:
        """A token is asked for."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        github = self.github
        status, headers, body = github.judge(self.path, {key.lower(): value for key, value in self.headers.items()})
        if github.hang:
            github.ending.wait()
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # a client that has read enough hangs up
            self.wfile.write(body)


@contextlib.contextmanager
def github() -> Iterator[GitHub]:
    """Serves until the end; ``.url`` is the API's base."""
    served = GitHub()
    server = ThreadingHTTPServer((HOST, 0), type("Handler", (_Handler,), {"github": served}))
    server.daemon_threads = True
    served.url = f"http://{HOST}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        served.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
