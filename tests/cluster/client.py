"""What tests say to the API server as its administrator, in a few milliseconds a call where kubectl takes hundreds.

Not the product's client on purpose: what prepares and judges a test must not share a fault with what is tested.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Dial = Callable[[tuple[str, int], float], socket.socket]

Json = dict[str, Any]
MERGE: Final = "application/merge-patch+json"
APPLY: Final = "application/apply-patch+yaml"
READ: Final = 30.0


class RefusedError(Exception):
    """An answer that is no success: its ``code``, and the API server's own message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class AdminClient:
    """One kept connection a thread; every call is bounded by 30 s a read. All but ``answers`` raise RefusedError and OSError.

    ``dial`` makes connections: another than the usual one where the server is in a network of its own.
    """

    def __init__(
        self, host: str, port: int, *, ca: Path, certificate: Path, key: Path, dial: Dial = socket.create_connection
    ) -> None:
        self._place = (host, port)
        self._dial = dial
        self._files = (ca, certificate, key)
        self._context: ssl.SSLContext | None = None
        self._local = threading.local()
        self._all: list[http.client.HTTPSConnection] = []

    def get(self, path: str) -> Json:
        """One object or list."""
        return self.request("GET", path)

    def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """POST to a collection or a subresource."""
        return self.request("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """A JSON merge patch."""
        return self.request("PATCH", path, body, MERGE)

    def delete(self, path: str) -> Json:
        """Deletes one object or a whole collection."""
        return self.request("DELETE", path)

    def apply(self, *bodies: Mapping[str, Any]) -> list[Json]:
        """Server-side apply of whole objects: makes each, or makes it so."""
        return [self.request("PATCH", f"{path_of(body)}?fieldManager=tests&force=true", body, APPLY) for body in bodies]

    def answers(self, path: str) -> bool:
        """Whether that path is answered with success just now; an API server that is down answers nothing."""
        try:
            return 200 <= self._exchange("GET", path, None, {})[0] < 300
        except (OSError, http.client.HTTPException):
            return False

    def request(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Json:
        """Any request; the JSON of its answer."""
        payload = None if body is None else json.dumps(body).encode()
        code, answer = self._exchange(method, path, payload, {"Content-Type": content_type} if payload else {})
        try:
            document = json.loads(answer)
        except ValueError:
            document = {"message": answer.decode(errors="replace")}
        if not 200 <= code < 300:
            raise RefusedError(code, str(document.get("message", "")))
        return dict(document)

    def close(self) -> None:
        """Closes every thread's connection; nobody may be at work with one."""
        for connection in self._all:
            connection.close()

    def _exchange(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = self._connection()
        kept = connection.sock is not None
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()  # http.client opens it anew for the next request
            # The server was restarted since; it has not seen this.
            if kept and isinstance(error, (ConnectionError, ssl.SSLError)):
                return self._exchange(method, path, body, headers)
            raise

    def _connection(self) -> http.client.HTTPSConnection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            if self._context is None:
                ca, certificate, key = self._files
                self._context = ssl.create_default_context(cafile=str(ca))
                self._context.load_cert_chain(certificate, key)
            connection = _Connection(self._place, self._context, self._dial)
            self._local.connection = connection
            self._all.append(connection)  # it outlives its thread
        return connection


class _Connection(http.client.HTTPSConnection):
    def __init__(self, place: tuple[str, int], context: ssl.SSLContext, dial: Dial) -> None:
        super().__init__(*place, timeout=READ, context=context)
        self._place = place
        self._given = context
        self._dial = dial

    def connect(self) -> None:
        plain = self._dial(self._place, READ)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self._given.wrap_socket(plain, server_hostname=self._place[0])


def path_of(body: Mapping[str, Any]) -> str:
    """Where an object lives: its plural is made as English makes it; a namespace makes it a namespaced one."""
    group, meta = body["apiVersion"], body["metadata"]
    prefix = f"/apis/{group}" if "/" in group else f"/api/{group}"
    within = f"/namespaces/{meta['namespace']}" if "namespace" in meta else ""
    return f"{prefix}{within}/{_plural(body['kind'].lower())}/{meta['name']}"


def _plural(kind: str) -> str:
    if kind.endswith("y") and kind[-2] not in "aeiou":
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith("s") else f"{kind}s"
