"""The way to an API server: straight, or through the proxy that a kubeconfig names.

The kernel finds what is dead: keep-alives on a watch that only listens, and an end to what cannot be delivered
(TCP_USER_TIMEOUT), which also bounds the closing of a TLS connection to a proxy, for httpcore shields it.
"""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from stoker.wire.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stoker.kube.config import Access
    from stoker.wire.line import Option
    from stoker.wire.messages import Way

UNDELIVERED_SECONDS: Final = 15
KEEPALIVE: Final = ((15, "TCP_KEEPIDLE"), (5, "TCP_KEEPINTVL"), (3, "TCP_KEEPCNT"))


def maker(access: Access) -> Callable[[], Way]:
    """Makes ways to that server, each of one connection."""
    options = _socket_options()
    parts = urlsplit(access.server)
    if access.proxy is not None:
        return _proxied(f"{parts.scheme}://{parts.netloc}", access, options)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    return lambda: Connection(host, port, access.tls, options)


def _proxied(origin: str, access: Access, options: Sequence[Option]) -> Callable[[], Way]:
    """By httpx, which knows how to talk to a proxy, and which only those few load who have one."""
    import httpx

    from stoker.wire.by_httpx import ByHttpx

    def make() -> Way:
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
        verify = access.tls if access.tls is not None else False
        return ByHttpx(
            origin,
            httpx.AsyncHTTPTransport(verify=verify, limits=limits, proxy=access.proxy, socket_options=options),
        )

    return make


def _socket_options() -> list[Option]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    options += [
        (socket.IPPROTO_TCP, getattr(socket, name), value) for value, name in KEEPALIVE if hasattr(socket, name)
    ]
    if sys.platform == "linux":
        options.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNDELIVERED_SECONDS * 1000))
    return options
