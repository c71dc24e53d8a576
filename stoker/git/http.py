"""HTTP as this room speaks it: one kind of client, and one bounded request.

No cookies are kept: a session that one credential opened must not serve another. No redirect is followed here: where a
credential may go along is a decision of whoever asks. Proxies and the authorities that TLS trusts come from the environment.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, NamedTuple

import httpx
import trio

from stoker.git.library import Trust
from stoker.git.proxies import proxy_for
from stoker.nursery.once import Once
from stoker.observe.memory import load_http

load_http()

UNLIMITED: Final = httpx.Limits(max_connections=None, max_keepalive_connections=20)
"""httpx opens a hundred connections at most: as many servers that hang would keep everybody else waiting for one."""


class Request(NamedTuple):
    """What to send. ``pair``: user and password for Basic authentication."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes | None = None
    pair: tuple[str, str] | None = None


class Body(Once[bytes], httpx.AsyncByteStream):
    """What is sent after the headers."""


class ByProxy(httpx.AsyncBaseTransport):
    """Straight, or through the proxy that stands before a URL: each way keeps its own connections."""

    def __init__(self) -> None:
        self._trust = Trust()
        self._ways: dict[str | None, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx's errors, and CredentialsInvalid for a proxy that is not spoken to."""
        proxy = proxy_for(str(request.url))
        self._trust.renew()
        request.stream = Body(request.content)
        if proxy not in self._ways:
            self._ways[proxy] = httpx.AsyncHTTPTransport(
                verify=self._trust.context, proxy=proxy, trust_env=False, limits=UNLIMITED
            )
        return await self._ways[proxy].handle_async_request(request)

    async def aclose(self) -> None:
        """Closes the connections of every way."""
        for way in self._ways.values():
            await way.aclose()


def new_client(*, timeout: float) -> httpx.AsyncClient:
    """``timeout``: seconds for one request, of which a connect and a TLS handshake may take a third each.

    httpcore closes the socket of a handshake that its own bound ends, and leaves it to the collector when it is cancelled.
    """
    bounds = httpx.Timeout(timeout, connect=timeout / 3)
    nowhere = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        follow_redirects=False, timeout=bounds, trust_env=False, transport=ByProxy(), cookies=nowhere
    )


async def send(client: httpx.AsyncClient, request: Request, *, limit: int) -> tuple[httpx.Response, bytes | None]:
    """The answer and its unpacked content; None when that passes ``limit`` bytes, so that no server fills memory.

    Raises httpx's errors.
    """
    auth = httpx.USE_CLIENT_DEFAULT if request.pair is None else httpx.BasicAuth(*request.pair)
    content = bytearray()
    # Cancelling ends the transfer from within; leaving the loop would leave httpx's generators half run.
    with trio.CancelScope() as bound:
        async with client.stream(
            request.method, request.address, headers=request.headers, content=request.body, auth=auth
        ) as answer:
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > limit:
                    bound.cancel()
    return answer, None if bound.cancel_called else bytes(content)
