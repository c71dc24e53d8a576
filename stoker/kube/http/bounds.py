"""How long anything may take, how much may come, how often it is tried again. A value, so that tests need no patience."""

from __future__ import annotations

from stoker.values import Value


class Bounds(Value, frozen=True):
    """Seconds, unless told otherwise.

    ``connect``: each of TCP and TLS; short, because a new attempt finds a mended link sooner than the old one's next packet.
    ``request``: a whole request with its repetitions, of a list one page. ``silence``: a watch that says nothing for so long
    is given up; a server sends a bookmark each minute. ``watch``: what the server is asked to end a watch after, so that
    connections move on when servers come and go. ``tries``: of a request that the server throttles.
    ``page``: objects; ``answer``, ``line``: bytes.
    """

    connect: float = 5.0
    read: float = 15.0
    request: float = 25.0
    silence: float = 70.0
    watch: tuple[int, int] = (300, 600)
    tries: int = 4
    longest_wait: float = 10.0
    page: int = 100
    answer: int = 256 * 1024 * 1024
    line: int = 16 * 1024 * 1024
    connections: int = 16
    idle: float = 8.0
    """How long an unused connection is kept: no longer than a broken link takes to be noticed."""
