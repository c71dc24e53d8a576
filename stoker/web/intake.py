"""Reading a request's body within bounds: its own, and that of all unfinished bodies together, which are memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.values import Mutable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Receive = Callable[[], Awaitable[dict[str, Any]]]

MIB: Final = 1024 * 1024
SUM_LIMIT: Final = 64 * MIB
BODY_SECONDS: Final = 30.0


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The body is not taken: the status to answer with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Intake(Mutable):
    """Counts the bytes of bodies that have not been read to the end. ``limit``: bytes that one body may have."""

    limit: int
    together: int = SUM_LIMIT
    seconds: float = BODY_SECONDS
    held: int = 0

    def weigh(self, declared: str) -> None:
        """Refused 413 when the length that is declared is too much; costs nothing, so it may come before any proof."""
        if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > self.limit):
            raise self._too_large()

    async def read(self, receive: Receive, declared: str) -> bytearray:
        """The whole body; Refused 413, 503, 408 or 400. ``declared``: the Content-Length header, empty when there is none."""
        self.weigh(declared)
        with trio.move_on_after(self.seconds):
            return await self._collect(receive)
        raise Refused(408, f"the body did not arrive within {self.seconds:g} s")

    async def _collect(self, receive: Receive) -> bytearray:
        body = bytearray()
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "the sender hung up")
                part = message.get("body", b"")
                body += part
                self.held += len(part)
                if len(body) > self.limit:
                    raise self._too_large()
                if self.held > self.together:
                    raise Refused(503, "too many bodies at once; send it again")
                if not message.get("more_body"):
                    return body
        finally:
            self.held -= len(body)

    def _too_large(self) -> Refused:
        return Refused(413, f"the body has more than {self.limit / MIB:g} MiB")
