"""One request and its answer: the credential, deadlines, what is tried again, and every failure as one of ours.

Tried again are: what the server asks to send later (429, 503 with Retry-After), within bounds; what met a connection that
the server had closed a moment before, once, where repeating does no harm; and what was refused with a credential that has
a successor by now, once.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import trio

from stoker.errors import ClusterError, StokerError, TooManyRequests, Unauthorized
from stoker.kube import failures
from stoker.wire.failures import HungUp, WireFailure
from stoker.wire.messages import CLOSE_SECONDS, Request
from stoker.wire.messages import Bounds as Seconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from stoker.kube.config import Access
    from stoker.kube.http.bounds import Bounds
    from stoker.kube.http.calls import Call
    from stoker.wire.messages import Answer, Way
    from stoker.wire.pool import Pool

AGENT: Final = "stoker"
ERROR_BODY: Final = 64 * 1024


class Exchange:
    """Sends calls, each by a way of its own."""

    def __init__(
        self,
        access: Access,
        ways: Pool,
        bounds: Bounds,
        *,
        may_write: Callable[[], None] | None = None,
    ) -> None:
        """``may_write``: asked as a write goes out, and raises when it may not."""
        self._access = access
        self._ways = ways
        self._prefix = urlsplit(access.server).path
        self._bounds = bounds
        self._may_write = may_write

    def fenced(self, may_write: Callable[[], None]) -> Exchange:
        """The same, asking ``may_write``."""
        return Exchange(self._access, self._ways, self._bounds, may_write=may_write)

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
    async def opened(self, call: Call, *, read: float | None) -> AsyncIterator[Answer]:
        """The 2xx answer to ``call`` while its body arrives. A credential that is refused is renewed once.

        ``read``: seconds of silence; None leaves that to the caller.
        """
        way = await self._turn(call)
        answer: Answer | None = None
        try:
            shown = await self._access.identity.authorization()
            answer = await self._send(way, call, shown, read)
            if answer.status == 401 and await self._renewed(call, shown):
                await answer.close()
                answer = await self._send(way, call, await self._access.identity.authorization(), read)
            if not 200 <= answer.status < 300:
                raise await self._refusal(answer, call)
            yield answer
        except WireFailure as error:
            raise failures.of_wire(error, call, self.server) from error
        finally:
            with trio.move_on_after(CLOSE_SECONDS, shield=True):
                if answer is not None:
                    await answer.close()
                await self._ways.give_back(way, sound=answer is not None and answer.ended)

    async def _turn(self, call: Call) -> Way:
        way = self._ways.take_now()
        if way is not None:
            return way
        with trio.move_on_after(self._bounds.read):
            return await self._ways.take()
        raise failures.busy(call, self.server)

    async def _renewed(self, call: Call, refused: str | None) -> bool:
        try:
            return await self._access.identity.refused(refused)
        except StokerError as error:
            raise Unauthorized(f"{call}: 401, and there is no newer credential: {error}") from error

    async def _ask_once(self, call: Call) -> bytes:
        async with self.opened(call, read=self._bounds.read) as answer:
            body = await answer.whole(self._bounds.answer)
        if body is None:
            raise failures.senseless(call, self.server, f"more than {self._bounds.answer >> 20} MiB")
        return body

    async def _send(self, way: Way, call: Call, authorization: str | None, read: float | None) -> Answer:
        request = self._request(call, authorization)
        bounds = self._bounds
        seconds = Seconds(bounds.connect, bounds.read, float("inf") if read is None else read)
        try:
            return await way.ask(request, seconds)
        except HungUp:
            if not call.repeatable:
                raise
        return await way.ask(request, seconds)

    def _request(self, call: Call, authorization: str | None) -> Request:
        headers = [("Accept", call.accepts), ("User-Agent", AGENT), ("Accept-Encoding", "identity")]
        if authorization is not None:
            headers.append(("Authorization", authorization))
        if call.content_type is not None:
            headers.append(("Content-Type", call.content_type))
        may_go = self._may_write if call.body else None
        return Request(call.method, self._prefix + call.target, headers, call.body or b"", may_go)

    async def _refusal(self, answer: Answer, call: Call) -> StokerError:
        status = failures.Status()
        with trio.move_on_after(self._bounds.read):
            status = failures.read_status(await answer.whole(ERROR_BODY) or b"")
        return failures.of_status(answer.status, status, call, retry_after=answer.retry_after)

    def _wait(self, error: StokerError) -> float | None:
        """Seconds to wait before asking again; None: the caller must hear of it."""
        if isinstance(error, TooManyRequests):
            wait = error.retry_after or 1.0
        elif isinstance(error, ClusterError) and error.retry_after:
            wait = error.retry_after
        else:
            return None
        return wait if wait <= self._bounds.longest_wait else None
