"""One request to the gateway and its answer: bounded in time and size, with the key in its header and nowhere else.

The API key is read anew for every request that needs it, because it rotates. Redirects are answers, never followed: a
gateway that is being commissioned sends everybody to /welcome, and a key must not travel to where an answer points. TLS
is not verified on loopback, where gateways serve self-signed certificates; elsewhere it is, against the system's CAs.

httpx's transports are used without its client: a gateway has no cookies, redirects or environment to heed, and half of the
time of a small request is the client's own. Nor are its timeouts, which bound single reads: one scope bounds the whole.

HTTP is loaded by the first request, beside whatever else the process does: 30 ms in which an agent's first fetch begins.
"""

from __future__ import annotations

import json
import sys
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.errors import CredentialsInvalid, GatewayAnswerInvalid, GatewayTimeout
from stoker.observe.memory import load_http, loading

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    import httpx

HEADER: Final = "X-Ignition-API-Token"
LARGEST: Final = 4 * 1024 * 1024
_LAST: Final = "stoker.ignition.http_failures"
"""What is loaded when all is."""


@dataclass(frozen=True)
class Answer:
    """What came back; ``where`` is the method and URL, for messages, ``location`` where a redirect points."""

    status: int
    body: bytes
    where: str
    location: str = ""

    @property
    def text(self) -> str:
        """The body as text, whatever it holds."""
        return self.body.decode("utf-8", "replace")

    def fields(self) -> dict[str, Any] | None:
        """The body as a JSON object; None when it is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


class Exchange:
    """The connections to one gateway."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: Callable[[], Awaitable[str]],
        verify: bool,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """``base_url`` may be set anew while nothing is sent; ``transport``: another way to the gateway than sockets."""
        self.base_url = base_url
        self._api_key = api_key
        self._verify = verify
        self._transport = transport
        self._ways: dict[bool, httpx.AsyncBaseTransport] = {}

    async def close(self) -> None:
        """Close the connections; the caller bounds and shields it."""
        for way in self._ways.values():
            await way.aclose()

    async def send(
        self, method: str, path: str, *, bound: float, body: dict[str, Any] | None = None, key: bool = True
    ) -> Answer:
        """The answer, whatever its status.

        Raises GatewayDown, GatewayUnreachable or GatewayTimeout without one, GatewayAnswerInvalid for one that cannot
        be read, and CredentialsInvalid for a key that cannot be had or sent.
        """
        await self._until_loaded()
        import httpx

        from stoker.ignition.http_failures import of_httpx

        where = f"{method} {self.base_url}{path}"
        with trio.move_on_after(bound):
            headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "stoker"}
            if key:
                headers[HEADER] = _sendable(await self._api_key())
            try:
                return await self._exchange(method, path, body, headers, where)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise of_httpx(error, where) from None  # the cause holds the request, and that the key
        raise GatewayTimeout(f"{where}: no answer within {bound:g} s; the gateway is busy or hangs")

    async def _exchange(
        self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str], where: str
    ) -> Answer:
        import httpx

        from stoker.ignition.body import Body

        content = b""
        request = httpx.Request(method, self.base_url + path, json=body, headers=headers)
        request.stream = Body(request.content)
        # Too much is ended by cancelling the read inside httpx: leaving its loop would leave its generators open.
        with trio.CancelScope() as reading:
            async with aclosing(await self._way().handle_async_request(request)) as response:
                status, location = response.status_code, response.headers.get("location", "")
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        reading.cancel()
        if len(content) > LARGEST:
            raise GatewayAnswerInvalid(f"{where}: HTTP {status} with more than {LARGEST} bytes; is that a gateway?")
        return Answer(status, content, where, location)

    async def _until_loaded(self) -> None:
        if _LAST in sys.modules:
            return
        if self._transport is None:
            await trio.to_thread.run_sync(load)
        else:  # no sockets, and perhaps no clock that would wait for a thread
            load()

    def _way(self) -> httpx.AsyncBaseTransport:
        """Connections, apart by whether the other side's certificate is looked at: an address may become another."""
        import httpx

        verified = self._verify and self.base_url.startswith("https:")
        if verified not in self._ways:
            self._ways[verified] = self._transport or httpx.AsyncHTTPTransport(
                verify=_tls() if verified else False, trust_env=False
            )
        return self._ways[verified]


def load() -> None:
    """What requests need, without HTTP/2. Blocking."""
    with loading():
        load_http()
        import_module("stoker.ignition.body")
        import_module(_LAST)


def _sendable(key: str) -> str:
    """The key without surrounding white space. Raises CredentialsInvalid, which does not show it, when no header can
    carry it: the HTTP library's own complaint would quote it."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise CredentialsInvalid(
            "the gateway's API key must be one line, name:secret, of printable ASCII characters; mend the Secret that"
            " spec.gateway.api names"
        )
    return key


def _tls() -> ssl.SSLContext:
    import httpx

    context = httpx.create_ssl_context()
    context.load_default_certs()  # a plant's own CA is in the system's store, not in httpx's
    return context
