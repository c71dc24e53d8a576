"""``python -m tests.fakes.robbed ARGUMENT…`` is ``stoker ARGUMENT…`` on a machine where its addresses are taken under its hands.

Each is free when it is judged at the start and taken by the time it is served, so a service keeps failing for a reason that no
restart mends. The pauses between two restarts are short, so that it is given up soon; nothing else differs.
"""

from __future__ import annotations

import runpy
import socket

from stoker.nursery import circles, supervisor
from stoker.nursery.backoff import Backoff
from stoker.web import listen

_taken: list[socket.socket] = []


def rob() -> None:
    """Before anything else is imported that keeps the name."""
    check = listen.check_address

    def check_and_take(address: str, *, what: str) -> None:
        check(address, what=what)
        _taken.append(socket.create_server(listen.parse_address(address, what=what)))

    listen.check_address = check_and_take
    for function in (circles.supervise_circles, supervisor.supervise):
        defaults = function.__kwdefaults__
        assert defaults is not None
        defaults["backoff"] = Backoff((0.001,))


if __name__ == "__main__":
    rob()
    runpy.run_module("stoker", run_name="__main__", alter_sys=True)
