"""Connections to the API server: bounded ones for requests, as many as asked for of watches.

httpx's transports are used without its client: there are no cookies, redirects or environment to heed, and half of the
time of a small request is the client's own. The kernel finds what is dead: keep-alives on a watch that only listens, and an
end to what cannot be delivered (TCP_USER_TIMEOUT), which also bounds the closing of a TLS connection, for httpcore shields it.
"""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from stoker.kube.config import Access
    from stoker.kube.http.bounds import Bounds

UNDELIVERED_SECONDS: Final = 15
KEEPALIVE: Final = ((15, "TCP_KEEPIDLE"), (5, "TCP_KEEPINTVL"), (3, "TCP_KEEPCNT"))


def for_requests(access: Access, bounds: Bounds) -> httpx.AsyncHTTPTransport:
    """Few connections, kept for a moment."""
    limits = httpx.Limits(
        max_connections=bounds.connections,
        max_keepalive_connections=bounds.connections,
        keepalive_expiry=bounds.idle,
    )
    return _transport(access, limits)


def for_watches(access: Access) -> httpx.AsyncHTTPTransport:
    """One connection each, none kept."""
    return _transport(access, httpx.Limits(max_connections=None, max_keepalive_connections=0))


def _transport(access: Access, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    return httpx.AsyncHTTPTransport(
        verify=access.tls if access.tls is not None else False,
        trust_env=False,
        limits=limits,
        proxy=access.proxy,
        socket_options=_socket_options(),
    )


def _socket_options() -> list[tuple[int, int, int]]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    options += [
        (socket.IPPROTO_TCP, getattr(socket, name), value) for value, name in KEEPALIVE if hasattr(socket, name)
    ]
    if sys.platform == "linux":
        options.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNDELIVERED_SECONDS * 1000))
    return options
