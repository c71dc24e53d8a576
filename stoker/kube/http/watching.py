"""A watch: lines into events, until the server ends it, says nothing for too long, or nobody listens any more.

A server that is silent for longer than its bookmarks' pause may be dead behind a link that nobody has torn, and what is there
by then may be a server with another past: everything is listed again. So it is where a version goes backwards: its store was
put back to an earlier state, and what we have seen is not what it has. Events that were sent before are dropped.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec
import trio

from stoker.errors import StokerError, WatchExpired
from stoker.kube import failures
from stoker.kube.cluster import EventType, WatchEvent
from stoker.kube.http import documents
from stoker.kube.http.lines import Lines, TooLong
from stoker.kube.versions import is_before

if TYPE_CHECKING:
    from stoker.kube.http.bounds import Bounds
    from stoker.kube.http.calls import Call
    from stoker.kube.http.documents import Documents
    from stoker.kube.http.exchange import Exchange

T = TypeVar("T")
CHANGES: Final = frozenset({"ADDED", "MODIFIED", "DELETED"})


def query(resource_version: str, bounds: Bounds) -> tuple[tuple[str, str], ...]:
    """What makes a list a watch."""
    seconds = random.randint(*bounds.watch)  # not all of a fleet's watches at one moment
    return (
        ("watch", "1"),
        ("allowWatchBookmarks", "true"),
        ("resourceVersion", resource_version),
        ("timeoutSeconds", str(seconds)),
    )


class Watching:
    """One watch."""

    def __init__(
        self,
        exchange: Exchange,
        documents: Documents,
        call: Call,
        *,
        reached: str,
        into: trio.MemorySendChannel[WatchEvent[Any]],
        bounds: Bounds,
    ) -> None:
        self._exchange = exchange
        self._documents = documents
        self._call = call
        self._reached = reached
        self._into = into
        self._bounds = bounds
        self._failure: StokerError | None = None

    async def run(self) -> None:
        """Until it ends, as the port says."""
        lines = Lines(self._bounds.line)
        begun = False
        with trio.move_on_after(self._bounds.request) as scope:
            async with self._exchange.opened(self._call, read=None) as answer:
                begun = True
                scope.deadline = trio.current_time() + self._bounds.silence
                async for piece in answer:
                    scope.deadline = float("inf")  # a slow reader is no silent server
                    if await self._goes_on(lines, piece):
                        scope.deadline = trio.current_time() + self._bounds.silence
                    else:
                        scope.cancel()
        if self._failure is not None:
            raise self._failure
        if not begun:
            raise failures.late(self._call, self._exchange.server, self._bounds.request)
        if scope.cancelled_caught and scope.deadline < float("inf"):
            raise WatchExpired(f"{self._call}: no word for {self._bounds.silence:g} s; list again")

    async def _goes_on(self, lines: Lines, piece: bytes) -> bool:
        """Sends on what ``piece`` completes; False when the watch is over, with its failure noted."""
        try:
            for text in lines.feed(piece):
                event = self._event(documents.line(text))
                if event is not None:
                    await self._into.send(event)
        except trio.BrokenResourceError:  # nobody listens any more
            return False
        except (msgspec.DecodeError, TooLong) as error:
            why = failures.one_line(str(error)) or "a line without end"
            self._failure = failures.senseless(self._call, self._exchange.server, why)
            return False
        except StokerError as error:
            self._failure = error
            return False
        return True

    def _event(self, line: documents.Line) -> WatchEvent[Any] | None:
        """What ``line`` tells; None for what was told before and what cannot be read. Raises what an ERROR says."""
        if line.type == "ERROR":
            status = documents.status(line.object)
            raise failures.of_status(status.code or 500, status, self._call)
        version = documents.versioned(line.object).resource_version
        earlier = is_before(version, self._reached)
        if line.type == "BOOKMARK":
            if earlier:
                raise WatchExpired(
                    f"{self._call}: the server is back at version {version}, before {self._reached}; list again"
                )
            self._reached = version
            return WatchEvent("BOOKMARK", None, version)
        if line.type not in CHANGES or earlier or version == self._reached:
            return None
        self._reached = version
        decoded = self._documents.lenient(self._call.kind, line.object)
        return WatchEvent(cast("EventType", line.type) if decoded is not None else "BOOKMARK", decoded, version)
