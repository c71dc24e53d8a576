"""A list in pages: consistent, because the server answers each from the version of the first.

A server that forgot that version before the last page was asked for (410) is asked from the beginning, and the last time
for everything at once, so that a slow reader of a fast cluster comes to an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import trio

from stoker.errors import WatchExpired
from stoker.kube import failures
from stoker.kube.cluster import Listing
from stoker.kube.http.calls import Call

if TYPE_CHECKING:
    from stoker.kube.cluster import Kind
    from stoker.kube.http.documents import Documents
    from stoker.kube.http.exchange import Exchange

ROUNDS: Final = 3


async def listed(
    exchange: Exchange,
    documents: Documents,
    kind: Kind[Any],
    namespace: str,
    query: tuple[tuple[str, str], ...],
    size: int,
) -> Listing[Any]:
    """Everything that ``query`` selects, ``size`` objects at a time."""
    for _ in range(ROUNDS - 1):
        try:
            return await _paged(exchange, documents, kind, namespace, query, size)
        except WatchExpired:
            await trio.lowlevel.checkpoint()
    return await _paged(exchange, documents, kind, namespace, query, 0)


async def _paged(
    exchange: Exchange,
    documents: Documents,
    kind: Kind[Any],
    namespace: str,
    query: tuple[tuple[str, str], ...],
    size: int,
) -> Listing[Any]:
    items: list[Any] = []
    continues = ""
    while True:
        paging = [("limit", str(size))] if size else []
        if continues:
            paging.append(("continue", continues))
        call = Call("list", kind, namespace, query=(*query, *paging), name=_named(query))
        body = await exchange.ask(call)
        try:
            meta, page = documents.page(kind, body)
        except msgspec.DecodeError as error:
            raise failures.senseless(call, exchange.server, failures.one_line(str(error))) from error
        items += page
        continues = meta.continues
        if not continues:
            return Listing(tuple(items), meta.resource_version)


def _named(query: tuple[tuple[str, str], ...]) -> str:
    return next((value.removeprefix("metadata.name=") for key, value in query if key == "fieldSelector"), "")
