"""A slot that keeps the newest value: the reader may skip old ones and never misses the last."""

from __future__ import annotations

from typing import Generic, TypeVar

import trio

T = TypeVar("T")


class Mailbox(Generic[T]):
    """One writer or many, one reader at a time."""

    def __init__(self) -> None:
        self._values: list[T] = []
        self._arrived = trio.Event()

    def put(self, value: T) -> None:
        """Replaces what has not been read yet."""
        self._values[:] = [value]
        self._arrived.set()

    def get_nowait(self) -> T | None:
        """Takes the value, None when there is none."""
        if not self._values:
            return None
        self._arrived = trio.Event()
        return self._values.pop()

    async def get(self) -> T:
        """Waits for a value and takes it."""
        while not self._values:
            await self._arrived.wait()
        value = self._values.pop()
        self._arrived = trio.Event()
        return value
