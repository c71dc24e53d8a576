"""Listening sockets: from ``HOST:PORT`` to a bound socket, or to an error that says what to do.

The socket is opened here and not by hypercorn: that one leaves a socket behind when it cannot be bound, lets child processes
inherit it, and tells nothing but an errno. Only the standard library is imported, so that a command line can check an
address before anything heavy is loaded.
"""

from __future__ import annotations

import errno
import re
import socket
from typing import Any, Final

from stoker.errors import AddressUnusable, SettingsInvalid

Found = tuple[int, int, int, str, Any]
FLAGS: Final = socket.AI_PASSIVE | socket.AI_NUMERICSERV
ADDRESS: Final = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\s\[\]]+)):(\d{1,5})", re.ASCII)
REMEDIES: Final = {
    errno.EADDRINUSE: "it is in use by another process; stop that one, or choose another port",
    errno.EACCES: "ports below 1024 need a right this user lacks; choose a higher port",
    errno.EADDRNOTAVAIL: "this machine has no such address; use one of its own, or 0.0.0.0",
}


def parse_address(text: str, *, what: str) -> tuple[str, int]:
    """``HOST:PORT`` (IPv6 in brackets; port 0: any free one) as a pair; SettingsInvalid names ``what``, the flag."""
    match = ADDRESS.fullmatch(text)
    if match is None or int(match[3]) > 65535:
        raise SettingsInvalid(f"{what} {text!r} must be HOST:PORT, such as 127.0.0.1:9444 or [::1]:9444")
    return match[1] or match[2], int(match[3])


def check_address(address: str, *, what: str) -> None:
    """Raises AddressUnusable or SettingsInvalid when nothing can be served there now. Blocking: a name is looked up."""
    host, port = parse_address(address, what=what)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=FLAGS)
    except (OSError, UnicodeError) as error:
        raise unknown_host(address, what=what) from error
    bind_listener(found[0], address, what=what).close()


def everywhere(port: int) -> str:
    """That port of all addresses: of both families where there are two, for a pod may have IPv6 alone."""
    return f"[::]:{port}" if socket.has_dualstack_ipv6() else f"0.0.0.0:{port}"


def unknown_host(address: str, *, what: str) -> AddressUnusable:
    """The error of a name that leads nowhere."""
    return AddressUnusable(f"{what} {address} cannot be served: this host name leads nowhere; use one of this machine")


def bind_listener(found: Found, address: str, *, what: str, user_timeout: float = 10.0) -> socket.socket:
    """A bound TCP socket, not listening yet, at what getaddrinfo ``found`` for ``address``.

    ``user_timeout``: seconds after which a client is dropped that does not take what it is sent (TCP_USER_TIMEOUT, which
    accepted sockets inherit). AddressUnusable says why it cannot be bound.
    """
    family, kind, _, _, place = found
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # whatever the system's default is
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(user_timeout * 1000))
        listener.bind(place)
    except OSError as error:
        listener.close()
        remedy = REMEDIES.get(error.errno or 0, f"{error.strerror}; choose another address")
        raise AddressUnusable(f"{what} {address} cannot be served: {remedy}") from error
    listener.setblocking(False)
    return listener
