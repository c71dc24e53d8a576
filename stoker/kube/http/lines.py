"""Lines out of pieces that begin and end anywhere. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class TooLong(Exception):  # noqa: N818 - never leaves this room
    """A line passes the bound; whoever sends it is no API server."""


class Lines:
    """Feed it bytes, take whole lines. What it keeps is the piece of the line that has not ended, once."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The lines that ``piece`` completes, without empty ones; TooLong."""
        *ended, rest = piece.split(b"\n")
        for end in ended:
            line = self._take(end)
            if line:
                yield line
        if rest:
            self._keep(rest)

    @property
    def unfinished(self) -> bool:
        """Whether half a line is waiting for its end."""
        return bool(self._pieces)

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLong

    def _take(self, end: bytes) -> bytes:
        if not self._pieces:
            return end.strip()
        self._keep(end)
        line = b"".join(self._pieces).strip()
        self._pieces, self._size = [], 0
        return line
