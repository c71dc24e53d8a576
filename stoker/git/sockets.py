"""The sockets that libgit2 opens, told to send at once what they are given.

libgit2 leaves Nagle's algorithm on and sends a request's head and body apart. So the body waits until the server has
acknowledged the head, which takes a whole way there and back, or 40 ms where the server waits for more before it does; a
fetch over http asks two times. Neither libgit2 nor pygit2 has an option for it or hands out the socket, but the process knows
what it has open. A socket of somebody else that is met on the way is none that would want to wait.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN: Final = "/proc/self/fd"


@contextlib.contextmanager
def prompt_sockets() -> Iterator[None]:
    """TCP sockets that are opened while it lasts, and are open when it ends well, do not wait any more. Where the system does
    not tell what is open nothing happens."""
    before = _sockets()
    yield
    opened = _sockets()
    for name in opened.keys() - before.keys():
        with contextlib.suppress(OSError):  # it is none of TCP, or was closed meanwhile by another thread
            _prompt(opened[name])


def _sockets() -> dict[str, int]:
    """Numbers of what is open, by what the system calls it: a number alone is soon another's."""
    found: dict[str, int] = {}
    with contextlib.suppress(OSError):
        for number in os.listdir(_OPEN):
            with contextlib.suppress(OSError):
                name = os.readlink(f"{_OPEN}/{number}")
                if name.startswith("socket:"):
                    found[name] = int(number)
    return found


def _prompt(number: int) -> None:
    copy = os.dup(number)  # closing a socket object of the number itself would hang up
    try:
        opened = socket.socket(fileno=copy)
    except OSError:  # another thread has something else under that number by now
        os.close(copy)
        raise
    with opened:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
