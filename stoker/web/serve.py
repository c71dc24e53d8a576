"""hypercorn as a service: bound before it says started, drained when asked to stop, ended by cancellation at the latest.

hypercorn shields its sends, so a client that stops reading would keep the process alive past its grace period: the
listening socket (see ``listen``) carries a bound for that. Its ``Config`` takes any misspelt key in silence, so keys are
checked here; and what goes wrong inside an application is only logged, so its logger is ours.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from stoker.errors import ApplicationFailed
from stoker.observe.memory import stood_in
from stoker.web.farewell import Farewell
from stoker.web.gate import Gate
from stoker.web.listen import FLAGS, bind_listener, parse_address, unknown_host

# A megabyte in every process that is probed: files of settings, and other processes' events, which it names as a type.
with (
    stood_in("tomllib"),
    stood_in("multiprocessing"),
    stood_in("multiprocessing.synchronize", Event=object),
):
    from hypercorn.config import Config
    from hypercorn.config import Sockets as HypercornSockets
    from hypercorn.trio import serve as hypercorn_serve

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

RESOLVE_SECONDS = 10.0


async def serve(
    app: Any,
    *,
    bind: str,
    stopping: trio.Event,
    graceful: float = 5.0,
    linger: float = 0.0,
    user_timeout: float = 10.0,
    on_bound: Callable[[list[str]], None] | None = None,
    tls: ssl.SSLContext | None = None,
    options: dict[str, Any] | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves an ASGI app on ``HOST:PORT`` (0: any free port) until ``stopping``; started with the bound URLs.

    ``tls``: serve HTTPS; the context stays ours, so what is loaded into it later holds for new connections.
    After the stop everybody is served for ``linger`` seconds more, while whoever forwards to us hears of it, and is told with
    each answer that the connection ends. Requests that run when the server ends have ``graceful`` seconds; a client that
    reads nothing is dropped after ``user_timeout``. Raises AddressUnusable when the address cannot be bound,
    ApplicationFailed when the app does not start or ends its life before the stop, AttributeError for an option that
    hypercorn does not have.
    """
    gate = Gate(farewell := Farewell(app))

    async def ending() -> None:
        await stopping.wait()
        farewell.said = True
        await trio.sleep(linger)

    with await _listener(bind, user_timeout) as listener:
        config = _config(listener, tls, graceful, options or {})
        async with trio.open_nursery() as nursery:
            bound = await nursery.start(partial(hypercorn_serve, gate, config, shutdown_trigger=ending, mode="asgi"))
            await gate.decided.wait()
            if gate.started:
                urls = [str(url) for url in bound]
                if on_bound is not None:
                    on_bound(urls)
                task_status.started(urls)
                await gate.ended.wait()
            if not stopping.is_set():
                nursery.cancel_scope.cancel()
    if not stopping.is_set():
        did = "ended by itself" if gate.started else "did not start"
        raise ApplicationFailed(f"the application on {bind} {did}: {gate.failure or 'it gave no reason'}")


async def _listener(bind: str, user_timeout: float) -> socket.socket:
    host, port = parse_address(bind, what="address")
    try:
        with trio.fail_after(RESOLVE_SECONDS):
            found = await trio.socket.getaddrinfo(host, port, type=trio.socket.SOCK_STREAM, flags=FLAGS)
    except (OSError, UnicodeError, trio.TooSlowError) as error:
        raise unknown_host(bind, what="address") from error
    return bind_listener(found[0], bind, what="address", user_timeout=user_timeout)


def _config(listener: socket.socket, tls: ssl.SSLContext | None, graceful: float, options: dict[str, Any]) -> Config:
    config = _OurSocket(listener, tls)
    wanted = {
        "graceful_timeout": graceful,
        "shutdown_timeout": graceful,
        "accesslog": None,
        "errorlog": logging.getLogger("hypercorn.error"),
        "include_server_header": False,
        "keep_alive_timeout": 65,
        "read_timeout": 75,
        "h11_max_incomplete_size": 64 * 1024,
        **options,
    }
    for key, value in wanted.items():
        if not hasattr(config, key):
            raise AttributeError(f"hypercorn has no option {key!r}")
        setattr(config, key, value)
    return config


class _OurSocket(Config):
    """A configuration that listens where it is told to, with the TLS context it is given."""

    def __init__(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        super().__init__()
        self._listener = listener
        self._tls = tls

    @property
    def ssl_enabled(self) -> bool:
        """Whether there is a context: hypercorn itself asks for the names of files."""
        return self._tls is not None

    def create_ssl_context(self) -> ssl.SSLContext | None:
        """The context we keep a hand on."""
        return self._tls

    def create_sockets(self) -> HypercornSockets:
        """The one listening socket; hypercorn puts TLS over it when there is a certificate."""
        secure = [self._listener] if self.ssl_enabled else []
        return HypercornSockets(secure, [] if secure else [self._listener], [])
