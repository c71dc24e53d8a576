"""From ``HOST:PORT`` to a bound socket without blocking the loop; ``listen`` says what may be wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.web.listen import FLAGS, bind_listener, parse_address, unknown_host

if TYPE_CHECKING:
    import socket

RESOLVE_SECONDS: Final = 10.0


async def open_listener(bind: str, *, user_timeout: float = 10.0) -> socket.socket:
    """A bound socket, not listening yet. ``user_timeout`` as in ``bind_listener``. AddressUnusable, SettingsInvalid."""
    host, port = parse_address(bind, what="address")
    try:
        with trio.fail_after(RESOLVE_SECONDS):
            found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM, flags=FLAGS)
    except (OSError, UnicodeError, trio.TooSlowError) as error:
        raise unknown_host(bind, what="address") from error
    return bind_listener(found[0], bind, what="address", user_timeout=user_timeout)
