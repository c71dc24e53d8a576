"""A TCP proxy with faults to order: what lies between a process and its server, on bad days.

It looks at no byte, so TLS passes through. A fault holds for the links that are open and for those to come, until
``heal``; which links survive it is told with each. It runs in the test's own loop and needs no rights.
"""

from __future__ import annotations

import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import trio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Direction = Literal["up", "down"]
"""``up``: from the client to the server."""
BOTH: tuple[Direction, Direction] = ("up", "down")
PIECE = 65536


@dataclass
class _Way:
    """One direction of all links: whether it is open, how slow, and after how many bytes it is cut."""

    opened: trio.Event = field(default_factory=trio.Event)
    size: int = PIECE
    pause: float = 0.0
    left: int | None = None
    passed: int = 0

    def __post_init__(self) -> None:
        self.opened.set()


class Link:
    """One connection of a client, and ours to the server for it."""

    def __init__(self, client: trio.SocketStream, server: trio.SocketStream | None) -> None:
        self.client = client
        self.server = server
        self.dead = False
        self.scope = trio.CancelScope()

    def reset(self) -> None:
        """Ends both sides with RST."""
        for stream in (self.client, self.server):
            if stream is not None:
                with suppress(OSError):
                    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.scope.cancel()


class TcpProxy:
    """``host`` and ``port`` are where it listens. ``accepted``: how many came; ``links``: those that are open."""

    def __init__(self, target: tuple[str, int], listener: trio.SocketListener) -> None:
        self.host, self.port = listener.socket.getsockname()[:2]
        self.accepted = 0
        self.links: set[Link] = set()
        self._target = target
        self._ways: dict[Direction, _Way] = {direction: _Way() for direction in BOTH}
        self._holed = False
        self._refusing = False
        self._changed = trio.Event()

    # --- faults --------------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """No fault any more. Links that were stalled or slow go on; those of a black hole or half open stay dead."""
        self._holed = self._refusing = False
        for way in self._ways.values():
            way.opened.set()
            way.size, way.pause, way.left = PIECE, 0.0, None

    def black_hole(self) -> None:
        """Nothing passes and nothing is reset, on open links for ever; new ones are accepted into the same hole."""
        self._holed = True
        for link in self.links:
            link.dead = True

    def half_open(self) -> None:
        """The server loses the links that are open; their clients hear nothing of it. New links are sound."""
        for link in self.links:
            link.dead = True
            if link.server is not None:
                link.server.socket.close()

    def stall(self, *directions: Direction) -> None:
        """Holds back what goes that way (both, when none is named), without loss."""
        for direction in directions or BOTH:
            if self._ways[direction].opened.is_set():
                self._ways[direction].opened = trio.Event()

    def drip(self, size: int = 1, pause: float = 0.05, direction: Direction = "down") -> None:
        """Lets ``size`` bytes pass, then ``pause`` seconds nothing, and so on."""
        way = self._ways[direction]
        way.size, way.pause = size, pause

    def truncate(self, after: int, direction: Direction = "down") -> None:
        """Cuts the link that carries the ``after``-th byte from now, as a server does that ends in the middle; once."""
        self._ways[direction].left = after

    def reset(self) -> None:
        """Resets every open link; new ones are sound."""
        for link in tuple(self.links):
            link.reset()

    def refuse(self) -> None:
        """Resets every open link, and each new one as soon as it is there."""
        self._refusing = True
        self.reset()

    def lead_to(self, host: str, port: int) -> None:
        """Resets every open link; new ones lead to that server."""
        self._target = (host, port)
        self.reset()

    # --- looking on ----------------------------------------------------------------------------------------------

    def passed(self, direction: Direction) -> int:
        """Bytes that went that way."""
        return self._ways[direction].passed

    async def has_links(self, count: int) -> None:
        """Returns when so many links are open."""
        while len(self.links) != count:
            await self._changed.wait()

    # --- inside --------------------------------------------------------------------------------------------------

    async def serve(self, client: trio.SocketStream) -> None:
        """One connection."""
        self.accepted += 1
        link = Link(client, None)
        self._note(link, gone=False)
        try:
            with link.scope:
                if self._refusing:
                    link.reset()
                    await trio.lowlevel.checkpoint()
                await self._join(link)
        finally:
            self._note(link, gone=True)
            for stream in (client, link.server):
                if stream is not None:
                    stream.socket.close()

    async def _join(self, link: Link) -> None:
        link.dead = self._holed
        if not link.dead:
            try:
                link.server = await trio.open_tcp_stream(*self._target)
            except OSError:  # no server is there just now: so the client hears
                link.reset()
                await trio.lowlevel.checkpoint()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._pump, link, "up")
            if link.server is not None:
                nursery.start_soon(self._pump, link, "down")

    async def _pump(self, link: Link, direction: Direction) -> None:
        try:
            await self._pass_on(link, direction)
        except (trio.BrokenResourceError, trio.ClosedResourceError, OSError):
            if not link.dead:
                link.scope.cancel()

    async def _pass_on(self, link: Link, direction: Direction) -> None:
        way = self._ways[direction]
        source, target = (link.client, link.server) if direction == "up" else (link.server, link.client)
        while source is not None:
            data = await source.receive_some(way.size)
            if not link.dead:
                await way.opened.wait()
            if way.pause:
                await trio.sleep(way.pause)
            if link.dead or target is None:
                if not data and direction == "up":
                    link.scope.cancel()  # the client gave up
            elif data:
                await self._send(link, way, target, data)
            else:
                await target.send_eof()
            if not data:
                return

    async def _send(self, link: Link, way: _Way, target: trio.SocketStream, data: bytes) -> None:
        cut = way.left is not None and way.left <= len(data)
        if way.left is not None:
            data = data[: way.left]
            way.left = None if cut else way.left - len(data)
        way.passed += len(data)
        await target.send_all(data)
        if cut:
            link.scope.cancel()
            await trio.lowlevel.checkpoint()

    def _note(self, link: Link, *, gone: bool) -> None:
        if gone:
            self.links.discard(link)
        else:
            self.links.add(link)
        self._changed.set()
        self._changed = trio.Event()


@asynccontextmanager
async def tcp_proxy(host: str, port: int) -> AsyncIterator[TcpProxy]:
    """A proxy before that server, on a loopback port of its own; all its links end with the block."""
    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    proxy = TcpProxy((host, port), listener)
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, proxy.serve, [listener])
        yield proxy
        nursery.cancel_scope.cancel()
