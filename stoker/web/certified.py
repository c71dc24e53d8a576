"""HTTPS with a certificate that changes while it is served: the seam between servers and whoever has certificates.

A source of certificates is a service that starts with a live TLS context and keeps it good until it is cancelled. A server
that is given a source knows neither where certificates come from nor when they change; new connections are shown the new
one, those that are open go on.

The context that listens has no certificate of its own. Each connection is handed to the newest whole context at its
beginning, so that a pair that cannot be used is found before it serves anybody, and one of another kind of key replaces
the old: loaded over it in place, OpenSSL would keep both, and a mismatched pair leaves a live context broken for good.
"""

from __future__ import annotations

import ssl
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import trio

from stoker.web.certificate import server_context
from stoker.web.serve import serve

if TYPE_CHECKING:
    from collections.abc import Callable


class CertificateSource(Protocol):
    """Whoever has a certificate to serve with: files that are given, or what a cluster keeps in a Secret."""

    async def __call__(self, *, task_status: trio.TaskStatus[ssl.SSLContext]) -> None:
        """Runs until cancelled; started with the context (``LiveCertificate.context``) once it has a certificate to show.

        Raises a leaf of ``errors`` when there is none and waiting here would not help.
        """
        ...


class LiveCertificate:
    """``context``: what a server listens with from now on; it shows the pair (PEM) that came last."""

    def __init__(self, certificate: bytes, key: bytes) -> None:
        """Raises ssl.SSLError when the pair cannot be used."""
        self._newest = server_context(certificate, key)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        self.context.sni_callback = self._hand_over

    def replace(self, certificate: bytes, key: bytes) -> None:
        """The next connection is shown this pair. Raises ssl.SSLError, and then the old one goes on."""
        self._newest = server_context(certificate, key)

    def _hand_over(self, connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _from: ssl.SSLContext) -> None:
        """Called at the beginning of every connection, also by clients that name no server."""
        connection.context = self._newest


async def serve_certified(
    app: Any,
    source: CertificateSource,
    *,
    bind: str,
    stopping: trio.Event,
    on_bound: Callable[[list[str]], None],
    linger: float = 0.0,
    options: dict[str, Any] | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """As ``serve``, with the context of ``source``, which runs as long as the server does; raises what either raises."""
    async with trio.open_nursery() as nursery:
        context: ssl.SSLContext = await nursery.start(source)
        start = partial(
            serve, app, bind=bind, stopping=stopping, linger=linger, on_bound=on_bound, tls=context, options=options
        )
        await start(task_status=task_status)
        nursery.cancel_scope.cancel()
