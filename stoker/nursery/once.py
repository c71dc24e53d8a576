"""One value as something to iterate over asynchronously, as libraries ask for it that send bodies in pieces.

No generator: one that is left in the middle, as when a server answers and hangs up before it has heard everything, runs to
its end only when the collector finds it, which Trio reports as a fault.
"""

from __future__ import annotations

from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Gives ``value``, and then no more."""

    def __init__(self, value: T) -> None:
        self._left = [value]

    def __aiter__(self) -> Self:
        """Itself: there is one value, not one for each who asks."""
        return self

    async def __anext__(self) -> T:
        """The value; the second time there is none."""
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()
