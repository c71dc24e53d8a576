"""Relays between a client and a real server that go bad in the middle: after so many bytes the answer stops, or drips.

The server behind is real, so the client is as far as it would be: in the handshake, among the refs, in the pack.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.gitservers import HOST, Tracking, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Trouble:
    """``after``: bytes of the server's answers that pass on each connection. ``drip``: then one byte at a time, where it
    else stops. ``reached``: the client got that far."""

    after: int
    drip: bool = False
    port: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    healed: threading.Event = field(default_factory=threading.Event)

    def heal(self) -> None:
        """From now on everything passes; connections that hang are cut."""
        self.after, self.drip = 1 << 40, False
        self.healed.set()


@contextlib.contextmanager
def troubled(port: int, after: int, *, drip: bool = False) -> Iterator[Trouble]:
    """Stands before the server on ``port``; ``Trouble.port`` is where clients go instead."""
    trouble = Trouble(after, drip)

    def answers(behind: socket.socket, client: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := behind.recv(max(1, min(65536, trouble.after - passed)) if passed < trouble.after else 1):
                if passed >= trouble.after:
                    trouble.reached.set()
                    if not trouble.drip:
                        trouble.healed.wait()
                        return
                    trouble.healed.wait(0.05)
                passed += len(data)
                client.sendall(data)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((HOST, port)) as behind:
                back = threading.Thread(target=answers, args=(behind, self.request))
                back.start()
                with contextlib.suppress(OSError):
                    while data := self.request.recv(65536):
                        behind.sendall(data)
                with contextlib.suppress(OSError):
                    behind.shutdown(socket.SHUT_RDWR)
                back.join()

    with running(Tracking((HOST, 0), Handler)) as front:
        trouble.port = front
        try:
            yield trouble
        finally:
            trouble.heal()
