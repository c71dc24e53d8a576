"""A request, its bounds and its answer, whatever carries them: a connection, a proxy's client, a test's script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, Self

from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CLOSE_SECONDS: Final = 2.0
"""For whoever closes."""


class Bounds(Value, frozen=True):
    """Seconds: ``connect`` each of TCP and TLS, ``write`` all of the request, ``read`` each silence."""

    connect: float = float("inf")
    write: float = float("inf")
    read: float = float("inf")


class Request(Value, frozen=True):
    """``target``: path and query. Host and Content-Length are added.

    ``may_go``: asked once there is a connection and before a byte goes out; what it raises stops the request.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""
    may_go: Callable[[], None] | None = None


class Pieces(Protocol):
    """Where an answer's body comes from."""

    async def next(self) -> bytes | None:
        """The next piece, None at the end. Raises WireFailure; after that, or a cancellation, close."""
        ...

    async def close(self) -> None:
        """Ends it where it is. Shield and bound it."""
        ...


class Answer:
    """An answer while its body arrives: to be iterated once, and to be closed. ``ended``: it was read to its end."""

    def __init__(self, status: int, headers: Mapping[bytes, bytes], pieces: Pieces) -> None:
        """Names of ``headers`` in lower case."""
        self.status = status
        self.headers = headers
        self.ended = False
        self._pieces = pieces

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks to wait, when it says them as a number."""
        text = self.headers.get(b"retry-after", b"")
        return float(text) if text.isdigit() else None

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece; WireFailure when it breaks off."""
        piece = None if self.ended else await self._pieces.next()
        if piece is None:
            self.ended = True
            raise StopAsyncIteration
        return piece

    async def whole(self, limit: int) -> bytes | None:
        """The whole body, None when it is longer than ``limit`` bytes."""
        chunks: list[bytes] = []
        size = 0
        async for piece in self:
            size += len(piece)
            if size > limit:
                return None
            chunks.append(piece)
        return b"".join(chunks)

    async def close(self) -> None:
        """Ends the body where it is. Shield and bound it."""
        if not self.ended:
            await self._pieces.close()


class Way(Protocol):
    """To one server, for one request at a time; another follows once an answer has ended."""

    async def ask(self, request: Request, bounds: Bounds) -> Answer:
        """The answer, once its head is there. Raises WireFailure, and what ``may_go`` raises."""
        ...

    async def close(self) -> None:
        """Lets go of the server; the next request begins anew. Shield and bound it."""
        ...
