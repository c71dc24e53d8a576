"""From an address to the socket that a server of ours listens on, its name looked up beside the loop and within a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.web.listen import FLAGS, bind_listener, parse_address, unknown_host

if TYPE_CHECKING:
    import socket

RESOLVE_SECONDS: Final = 10.0


async def bound(address: str, *, user_timeout: float) -> socket.socket:
    """As ``bind_listener`` gives it; raises AddressUnusable and SettingsInvalid."""
    host, port = parse_address(address, what="address")
    try:
        with trio.fail_after(RESOLVE_SECONDS):
            found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM, flags=FLAGS)
    except (OSError, UnicodeError, trio.TooSlowError) as error:
        raise unknown_host(address, what="address") from error
    return bind_listener(found[0], address, what="address", user_timeout=user_timeout)
