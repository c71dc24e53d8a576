"""Deliveries acted on within a day, bounded: a sender that repeats itself is answered and not acted on again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import trio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

HEADERS: Final = (
    "x-github-delivery",
    "x-gitea-delivery",
    "x-forgejo-delivery",
    "x-gogs-delivery",
    "x-request-uuid",
    "idempotency-key",
    "webhook-id",
    "x-gitlab-event-uuid",
)
"""Of GitHub, Gitea, Forgejo, Gogs, Bitbucket Cloud, GitLab of now, whoever signs by the Standard Webhooks convention, and GitLab
of before 17.4. Azure DevOps, Argo CD and Kargo give none: what they say again is acted on again, which does no harm."""
DATA_CENTER: Final = "x-request-id"
"""Of Bitbucket Data Center, and of many a proxy before others, which is why the sender's own header must stand beside it."""
DAY: Final = 24 * 3600.0
MOST: Final = 10_000


def delivery_of(headers: Mapping[str, str]) -> str:
    """The sender's name for this delivery; empty when it gives none."""
    found = next((headers[name] for name in HEADERS if headers.get(name)), "")
    return found or (headers.get(DATA_CENTER, "") if "x-event-key" in headers else "")


class Deliveries:
    """Remembered only after a successful write, so that a failed one can be repeated; as digests, whatever their length.

    Two copies that come at once are one delivery: the second waits for what becomes of the first.
    """

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._in_hand: dict[bytes, trio.Lock] = {}

    @asynccontextmanager
    async def one_at_a_time(self, path: str, delivery: str) -> AsyncIterator[None]:
        """While it lasts nobody else acts on this delivery; anonymous ones are all different."""
        if not delivery:
            yield
            return
        key = _digest(path, delivery)
        lock = self._in_hand.setdefault(key, trio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.statistics().tasks_waiting and not lock.locked():
                self._in_hand.pop(key, None)

    def seen(self, path: str, delivery: str) -> bool:
        """Whether this id was acted on at this path within a day."""
        moment = self._seen.get(_digest(path, delivery)) if delivery else None
        return moment is not None and trio.current_time() - moment < DAY

    def remember(self, path: str, delivery: str) -> None:
        """Acted on."""
        if not delivery:
            return
        key = _digest(path, delivery)
        self._seen[key] = trio.current_time()
        self._seen.move_to_end(key)
        while len(self._seen) > MOST:
            self._seen.popitem(last=False)


def _digest(path: str, delivery: str) -> bytes:
    return hashlib.sha256(f"{path}\x00{delivery}".encode("utf-8", "surrogatepass")).digest()
