"""Connections to the API server: a bounded number for requests, as many as asked for of watches.

httpx's transports are used without its client: there are no cookies, redirects or environment to heed, and half of the
time of a small request is the client's own. Neither is its pool trusted with more than one connection: a request that is
cancelled between being given a connection and using it leaves that connection in the pool, neither open nor free, for ever.
So each request has a transport to itself, which is kept when the answer was read to its end and closed otherwise.

The kernel finds what is dead: keep-alives on a watch that only listens, and an end to what cannot be delivered
(TCP_USER_TIMEOUT), which also bounds the closing of a TLS connection, for httpcore shields it.
"""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Final

import httpx
import trio

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.kube.config import Access

    Make = Callable[[], httpx.AsyncBaseTransport]

UNDELIVERED_SECONDS: Final = 15
KEEPALIVE: Final = ((15, "TCP_KEEPIDLE"), (5, "TCP_KEEPINTVL"), (3, "TCP_KEEPCNT"))


class Transports:
    """``most``: how many are in use at once, None for any number; ``idle``: seconds that an unused one is kept."""

    def __init__(self, make: Make, *, most: int | None, idle: float) -> None:
        self._make = make
        self._free = None if most is None else trio.Semaphore(most)
        self._idle_seconds = idle
        self._idle: list[tuple[httpx.AsyncBaseTransport, float]] = []

    async def take(self) -> httpx.AsyncBaseTransport:
        """One for a request, the one that was used last if there is any; waits for its turn."""
        if self._free is not None:
            await self._free.acquire()
        if self._idle:
            return self._idle.pop()[0]
        return self._make()

    async def give_back(self, transport: httpx.AsyncBaseTransport, *, sound: bool) -> None:
        """``sound``: its connection stands between two requests; else it is closed. Awaits, so shield it."""
        now = trio.current_time()
        if self._free is not None:
            self._free.release()
        if sound and self._idle_seconds:
            self._idle.append((transport, now))
        else:
            await transport.aclose()
        while self._idle and now - self._idle[0][1] > self._idle_seconds:
            await self._idle.pop(0)[0].aclose()

    async def close(self) -> None:
        """Closes those that are not in use; those in use are closed by whoever uses them."""
        self._idle_seconds = 0.0
        while self._idle:
            await self._idle.pop()[0].aclose()


def maker(access: Access, *, idle: float) -> Make:
    """Makes transports to that server, each for one connection."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=idle)

    def make() -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(
            verify=access.tls if access.tls is not None else False,
            limits=limits,
            proxy=access.proxy,
            socket_options=_socket_options(),
        )

    return make


def _socket_options() -> list[tuple[int, int, int]]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    options += [
        (socket.IPPROTO_TCP, getattr(socket, name), value) for value, name in KEEPALIVE if hasattr(socket, name)
    ]
    if sys.platform == "linux":
        options.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNDELIVERED_SECONDS * 1000))
    return options
