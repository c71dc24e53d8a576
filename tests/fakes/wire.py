"""The simulated gateway without a socket: an httpx transport that runs its ASGI function in the caller's task.

For tests on a virtual clock. A gateway that is ``down`` refuses the connection, as a port does on which nobody listens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from stoker.standalone.simulator.serving import TornOff
from stoker.wire.by_httpx import ByHttpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.standalone.simulator.gateway import SimulatedGateway
    from stoker.wire.messages import Way


def through(transport: httpx.AsyncBaseTransport) -> Callable[[str], Way]:
    """The way to a gateway, as its client asks for one."""
    return lambda origin: ByHttpx(origin, transport)


class Wire(httpx.AsyncBaseTransport):
    """The way to one gateway."""

    def __init__(self, gateway: SimulatedGateway) -> None:
        self.gateway = gateway
        self.down = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, answered by the gateway."""
        if self.down:
            raise httpx.ConnectError("All connection attempts failed", request=request)
        body = await request.aread()
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "scheme": request.url.scheme,
            "method": request.method,
            "path": request.url.path,
            "query_string": request.url.query,
            "headers": request.headers.raw,
        }
        try:
            await self.gateway.app(scope, receive, send)
        except TornOff:
            raise httpx.ReadError("connection reset", request=request) from None
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)
