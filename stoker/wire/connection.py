"""One connection to one server, opened by its first request, and anew by the next when it was closed meanwhile.

Closed is what failed, was cancelled, or was left in the middle of an answer. There are no generators, so an answer that is left
leaves nothing half run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.wire.line import opened
from stoker.wire.messages import Answer, Bounds, Request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from stoker.wire.line import Line, Option

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
"""Where a length is said also when there is nothing."""


class Connection:
    """A ``Way`` by sockets."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, options: Sequence[Option] = ()) -> None:
        """``options``: of its sockets; ``host``: an IPv6 address without brackets."""
        self._address = host, port
        self._tls = tls
        self._options = options
        self._line: Line | None = None
        shown = f"[{host}]" if ":" in host else host
        self._host = shown if port == (80 if tls is None else 443) else f"{shown}:{port}"

    async def ask(self, request: Request, bounds: Bounds) -> Answer:
        """As the way has it."""
        if self._line is not None and self._line.is_spent:
            self.drop()
        if self._line is None:
            self._line = await opened(*self._address, self._tls, self._options, bound=bounds.connect)
        line = self._line
        try:
            headers = [("Host", self._host), *request.headers]
            if request.body or request.method in WITH_BODY:
                headers.append(("Content-Length", str(len(request.body))))
            whole = line.encoded(request.method, request.target, headers, request.body)
            if request.may_go is not None:
                request.may_go()
            head = await line.say(whole, write=bounds.write, read=bounds.read)
        except BaseException:
            self.drop()
            raise
        return Answer(head.status_code, dict(head.headers), Body(self, line, bounds.read))

    async def close(self) -> None:
        """As the way has it."""
        self.drop()

    def drop(self) -> None:
        """At once."""
        if self._line is not None:
            self._line.close()
            self._line = None


class Body:
    """The pieces of an answer. Closed before their end, they take the connection with them."""

    def __init__(self, connection: Connection, line: Line, read: float) -> None:
        self._connection = connection
        self._line = line
        self._read = read

    async def next(self) -> bytes | None:
        """As pieces have it."""
        piece = await self._line.hear(self._read)
        if piece is None and not self._line.turn():
            self._connection.drop()
        return piece

    async def close(self) -> None:
        """As pieces have it."""
        self._connection.drop()
