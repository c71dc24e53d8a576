"""Ways to a server that are none, for whoever is asked to treat them well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.wire.messages import Answer

if TYPE_CHECKING:
    from stoker.wire.messages import Bounds, Request


class Nothing:
    """The pieces of an answer without a body."""

    async def next(self) -> bytes | None:
        return None

    async def close(self) -> None:
        return


class Noted:
    """Answers 200 and nothing, or hangs; ``asked``: what it was asked, ``closed``: how often it was closed."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.asked: list[Request] = []
        self.closed = 0
        self._hangs = hangs

    async def ask(self, request: Request, bounds: Bounds) -> Answer:
        self.asked.append(request)
        if self._hangs:
            await trio.sleep_forever()
        await trio.lowlevel.checkpoint()
        return Answer(200, {}, Nothing())

    async def close(self) -> None:
        self.closed += 1
