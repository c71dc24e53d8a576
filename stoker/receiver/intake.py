"""Reading a request's body within bounds: its own, and that of all unfinished bodies together, which are memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Receive = Callable[[], Awaitable[dict[str, Any]]]

BODY_LIMIT: Final = 25 * 1024 * 1024
SUM_LIMIT: Final = 64 * 1024 * 1024
BODY_SECONDS: Final = 30.0


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The body is not taken: the status to answer with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Intake:
    """Counts the bytes of bodies that have not been read to the end."""

    def __init__(self) -> None:
        self._held = 0

    async def read(self, receive: Receive, declared: str) -> bytearray:
        """The whole body; Refused 413, 503 or 408. ``declared``: the Content-Length header, empty when there is none."""
        if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > BODY_LIMIT):
            raise Refused(413, f"the body has more than {BODY_LIMIT >> 20} MiB")
        with trio.move_on_after(BODY_SECONDS):
            return await self._collect(receive)
        raise Refused(408, f"the body did not arrive within {BODY_SECONDS:g} s")

    async def _collect(self, receive: Receive) -> bytearray:
        body = bytearray()
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "the sender hung up")
                part = message.get("body", b"")
                body += part
                self._held += len(part)
                if len(body) > BODY_LIMIT:
                    raise Refused(413, f"the body has more than {BODY_LIMIT >> 20} MiB")
                if self._held > SUM_LIMIT:
                    raise Refused(503, "too many bodies at once; send it again")
                if not message.get("more_body"):
                    return body
        finally:
            self._held -= len(body)
