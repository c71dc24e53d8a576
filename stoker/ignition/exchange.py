"""One request to the gateway and its answer: bounded in time and size, with the key in its header and nowhere else.

The API key is read anew for every request that needs it, because it rotates. Redirects are answers, never followed: a
gateway that is being commissioned sends everybody to /welcome, and a key must not travel to where an answer points. TLS
is not verified on loopback, where gateways serve self-signed certificates; elsewhere it is, against the system's CAs.

One scope bounds the whole of a request, not single reads.
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import trio

from stoker.errors import CredentialsInvalid, GatewayAnswerInvalid, GatewayTimeout, GatewayUnreachable
from stoker.ignition.failures import ADDRESS
from stoker.ignition.http_failures import of_wire
from stoker.observe.redact import redact
from stoker.values import Value
from stoker.wire.connection import Connection
from stoker.wire.failures import WireFailure
from stoker.wire.messages import CLOSE_SECONDS, Bounds, Request
from stoker.wire.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stoker.wire.messages import Way

HEADER: Final = "X-Ignition-API-Token"
LARGEST: Final = 4 * 1024 * 1024
IDLE_SECONDS: Final = 5.0
"""How long an unused connection is kept."""
UNBOUNDED: Final = Bounds()


class Answer(Value, frozen=True):
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
        way: Callable[[str], Way] | None = None,
    ) -> None:
        """``base_url`` may be set anew while nothing is sent; ``way``: from SCHEME://HOST:PORT, another than sockets."""
        self.base_url = base_url
        self._api_key = api_key
        self._verify = verify
        self._way = way or self._by_sockets
        self._pools: dict[str, Pool] = {}

    async def close(self) -> None:
        """Close the connections; the caller bounds and shields it."""
        for pool in self._pools.values():
            await pool.close()

    async def send(
        self, method: str, path: str, *, bound: float, body: dict[str, Any] | None = None, key: bool = True
    ) -> Answer:
        """The answer, whatever its status.

        Raises GatewayDown, GatewayUnreachable or GatewayTimeout without one, GatewayAnswerInvalid for one that cannot
        be read, and CredentialsInvalid for a key that cannot be had or sent.
        """
        where = f"{method} {self.base_url}{path}"
        origin, prefix = _parted(self.base_url)
        with trio.move_on_after(bound):
            headers = [("Accept", "application/json"), ("Accept-Encoding", "identity"), ("User-Agent", "stoker")]
            if key:
                headers.append((HEADER, _sendable(await self._api_key())))
            if body is not None:
                headers.append(("Content-Type", "application/json"))
            content = b"" if body is None else json.dumps(body).encode()
            try:
                return await self._exchange(origin, Request(method, prefix + path, headers, content), where)
            except WireFailure as error:
                raise of_wire(error, where) from error
        raise GatewayTimeout(f"{where}: no answer within {bound:g} s; the gateway is busy or hangs")

    async def _exchange(self, origin: str, request: Request, where: str) -> Answer:
        if origin not in self._pools:
            self._pools[origin] = Pool(lambda: self._way(origin), most=None, idle=IDLE_SECONDS)
        pool = self._pools[origin]
        way = await pool.take()
        answer = None
        try:
            answer = await way.ask(request, UNBOUNDED)
            content = await answer.whole(LARGEST)
        finally:
            with trio.move_on_after(CLOSE_SECONDS, shield=True):
                if answer is not None:
                    await answer.close()
                await pool.give_back(way, sound=answer is not None and answer.ended)
        if content is None:
            raise GatewayAnswerInvalid(
                f"{where}: HTTP {answer.status} with more than {LARGEST} bytes; is that a gateway?"
            )
        location = answer.headers.get(b"location", b"").decode("latin-1")
        return Answer(answer.status, content, where, location)

    def _by_sockets(self, origin: str) -> Way:
        """Certificates are looked at by address: one may become another."""
        parts = urlsplit(origin)
        host = parts.hostname or ""
        if parts.scheme != "https":
            return Connection(host, parts.port or 80, None)
        return Connection(host, parts.port or 443, _tls() if self._verify else _whoever())


def _parted(base_url: str) -> tuple[str, str]:
    """SCHEME://HOST:PORT, and the path before every other; GatewayUnreachable for what is no address."""
    try:
        parts = urlsplit(base_url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", parts.path.rstrip("/")
    except ValueError:
        pass
    raise GatewayUnreachable(
        f"{redact(base_url)} is no address of a gateway; write http://HOST:PORT or https://HOST:PORT in {ADDRESS}"
    )


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


def _whoever() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _tls() -> ssl.SSLContext:
    import httpx  # knows the public authorities; few gateways are asked by a name that must be proved

    context = httpx.create_ssl_context()
    context.load_default_certs()  # a plant's own CA is in the system's store, not in httpx's
    return context
