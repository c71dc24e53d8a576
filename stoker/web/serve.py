"""hypercorn as a service: bound before it says started, drained when asked to stop, ended by cancellation at the latest.

hypercorn shields its sends, so a client that stops reading would keep the process alive past its grace period:
TCP_USER_TIMEOUT on the listening sockets, which accepted ones inherit, ends such connections. Its ``Config`` takes any
misspelt key in silence, so keys are checked here.
"""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING, Any

import trio
from hypercorn.config import Config
from hypercorn.config import Sockets as HypercornSockets
from hypercorn.trio import serve as hypercorn_serve

if TYPE_CHECKING:
    from collections.abc import Callable

USER_TIMEOUT_MS = 10_000


async def serve(
    app: Any,
    *,
    bind: str,
    stopping: trio.Event,
    graceful: float = 5.0,
    on_bound: Callable[[list[str]], None] | None = None,
    options: dict[str, Any] | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves an ASGI app on ``HOST:PORT`` (0: any free port) until ``stopping``; started with the bound URLs.

    Requests that run when the stop comes have ``graceful`` seconds. OSError when the address cannot be bound.
    """
    config = _config(bind, graceful, options or {})
    async with trio.open_nursery() as nursery:
        bound = await nursery.start(
            partial(hypercorn_serve, app, config, shutdown_trigger=stopping.wait, mode="asgi"),
        )
        urls = [str(url) for url in bound]
        if on_bound is not None:
            on_bound(urls)
        task_status.started(urls)


def _config(bind: str, graceful: float, options: dict[str, Any]) -> Config:
    config = _Patient()
    wanted = {
        "bind": [bind],
        "graceful_timeout": graceful,
        "shutdown_timeout": graceful,
        "accesslog": None,
        "errorlog": None,
        "include_server_header": False,
        "keep_alive_timeout": 65,
        "h11_max_incomplete_size": 64 * 1024,
        **options,
    }
    for key, value in wanted.items():
        if not hasattr(config, key):
            raise AttributeError(f"hypercorn has no option {key!r}")
        setattr(config, key, value)
    return config


class _Patient(Config):
    """A configuration whose listening sockets give up on clients that stop reading."""

    def create_sockets(self) -> HypercornSockets:
        """The listening sockets."""
        sockets = super().create_sockets()
        for listener in (*sockets.secure_sockets, *sockets.insecure_sockets):
            if listener.family != socket.AF_UNIX:
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
        return sockets
