"""One request and its answer: the credential, deadlines, what is tried again, and every failure as one of ours.

Tried again are: what the server asks to send later (429, 503 with Retry-After), within bounds; what met a connection that
the server had closed a moment before, once, where repeating does no harm; and what was refused with a credential that has
a successor by now, once.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import httpx
import trio

from stoker.errors import ClusterError, StokerError, TooManyRequests
from stoker.kube import failures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from stoker.kube.config import Access
    from stoker.kube.http.bounds import Bounds
    from stoker.kube.http.calls import Call

AGENT: Final = "stoker"
CLOSE_SECONDS: Final = 2.0
ERROR_BODY: Final = 64 * 1024
FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL)
_BROKEN: Final = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


class Exchange:
    """Sends calls through one transport."""

    def __init__(self, access: Access, transport: httpx.AsyncBaseTransport, bounds: Bounds) -> None:
        self._access = access
        self._transport = transport
        self._bounds = bounds

    @property
    def server(self) -> str:
        """Who is asked."""
        return self._access.server

    async def ask(self, call: Call) -> bytes:
        """The body of a 2xx answer; every error of the port."""
        with trio.move_on_after(self._bounds.request) as scope:
            for attempt in range(1, self._bounds.tries + 1):
                try:
                    return await self._ask_once(call)
                except StokerError as error:
                    wait = self._wait(error)
                    if wait is None or attempt == self._bounds.tries:
                        raise
                    if trio.current_time() + wait > scope.deadline:
                        raise
                await trio.sleep(wait)
        raise failures.late(call, self.server, self._bounds.request)

    @asynccontextmanager
    async def opened(self, call: Call, *, read: float | None) -> AsyncIterator[httpx.Response]:
        """The 2xx answer to ``call`` while its body arrives. A credential that is refused is renewed once.

        ``read``: seconds of silence; None leaves that to the caller. Leave the block by its end or by cancelling, not by
        ``break`` out of the body: only so are httpx's generators run to their end.
        """
        shown = await self._access.identity.authorization()
        answer = await self._send(call, shown, read)
        try:
            if answer.status_code == 401 and await self._access.identity.refused(shown):
                await answer.aclose()
                answer = await self._send(call, await self._access.identity.authorization(), read)
            if not 200 <= answer.status_code < 300:
                raise await self._refusal(answer, call)
            yield answer
        except FOREIGN as error:
            raise failures.of_httpx(error, call, self.server) from error
        finally:
            with trio.move_on_after(CLOSE_SECONDS, shield=True):
                await answer.aclose()

    async def _ask_once(self, call: Call) -> bytes:
        async with self.opened(call, read=self._bounds.read) as answer:
            body = await _read(answer, self._bounds.answer)
        if body is None:
            raise failures.senseless(call, self.server, f"more than {self._bounds.answer >> 20} MiB")
        return body

    async def _send(self, call: Call, authorization: str | None, read: float | None) -> httpx.Response:
        try:
            return await self._transport.handle_async_request(self._request(call, authorization, read))
        except FOREIGN as error:
            if not (call.repeatable and isinstance(error, _BROKEN)):
                raise failures.of_httpx(error, call, self.server) from error
        try:
            return await self._transport.handle_async_request(self._request(call, authorization, read))
        except FOREIGN as error:
            raise failures.of_httpx(error, call, self.server) from error

    def _request(self, call: Call, authorization: str | None, read: float | None) -> httpx.Request:
        headers = {"Accept": "application/json", "User-Agent": AGENT, "Accept-Encoding": "identity"}
        if authorization is not None:
            headers["Authorization"] = authorization
        if call.content_type is not None:
            headers["Content-Type"] = call.content_type
        bounds = self._bounds
        timeout = {"connect": bounds.connect, "read": read, "write": bounds.read, "pool": bounds.read}
        return httpx.Request(
            call.method,
            self._access.server + call.target,
            headers=headers,
            content=call.body,
            extensions={"timeout": timeout},
        )

    async def _refusal(self, answer: httpx.Response, call: Call) -> StokerError:
        with trio.move_on_after(self._bounds.read):
            body = await _read(answer, ERROR_BODY)
            status = failures.read_status(body or b"")
            after = answer.headers.get("retry-after", "")
            wait = float(after) if after.isdecimal() else None
            return failures.of_status(answer.status_code, status, call, retry_after=wait)
        return failures.of_status(answer.status_code, failures.Status(), call)

    def _wait(self, error: StokerError) -> float | None:
        """Seconds to wait before asking again; None: the caller must hear of it."""
        if isinstance(error, TooManyRequests):
            wait = error.retry_after or 1.0
        elif isinstance(error, ClusterError) and error.retry_after:
            wait = error.retry_after
        else:
            return None
        return wait if wait <= self._bounds.longest_wait else None


async def _read(answer: httpx.Response, limit: int) -> bytes | None:
    """The whole body, None when it is longer than ``limit`` bytes."""
    chunks: list[bytes] = []
    size = 0
    with trio.CancelScope() as enough:
        async for chunk in answer.aiter_raw():
            size += len(chunk)
            chunks.append(chunk)
            if size > limit:
                enough.cancel()
    return None if enough.cancelled_caught else b"".join(chunks)
