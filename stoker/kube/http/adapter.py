"""The port's methods over HTTP."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import msgspec
import trio

from stoker.errors import ObjectNotFound
from stoker.kube import failures
from stoker.kube.http.bounds import Bounds
from stoker.kube.http.calls import Call, only_entries, selection
from stoker.kube.http.documents import Documents
from stoker.kube.http.exchange import Exchange
from stoker.kube.http.listing import listed
from stoker.kube.http.watching import Watching, query
from stoker.kube.http.ways import maker
from stoker.wire.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.kube.cluster import Kind, Listing, Subresource, WatchEvent
    from stoker.kube.config import Access
    from stoker.wire.messages import Way

T = TypeVar("T")
CLOSE_SECONDS: Final = 2.0


class HttpCluster:
    """A ``Cluster`` that is an API server; an async context manager that owns its connections."""

    def __init__(self, access: Access, *, bounds: Bounds | None = None, way: Way | None = None) -> None:
        """``access``: from ``kube.config``; ``bounds``: other than usual; ``way``: another than sockets."""
        self._bounds = bounds or Bounds()
        make = maker(access) if way is None else lambda: way
        requests = Pool(make, most=self._bounds.connections, idle=self._bounds.idle)
        watches = Pool(make, most=None, idle=0)
        self._pools = (requests, watches)
        self._requests = Exchange(access, requests, self._bounds)
        self._watches = Exchange(access, watches, self._bounds)
        self._documents = Documents()

    async def __aenter__(self) -> Self:
        """Ready at once: connections are made when they are needed."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        with trio.move_on_after(CLOSE_SECONDS, shield=True):
            for pool in self._pools:
                await pool.close()

    def fenced(self, may_write: Callable[[], None]) -> HttpCluster:
        """The same server over the same connections; ``may_write`` is asked once more as a write's body goes out, and
        raises when it may not: a request may have waited for a connection until then.
        """
        fenced = copy.copy(self)
        fenced._requests = self._requests.fenced(may_write)  # noqa: SLF001 - our own, made a line ago
        return fenced

    async def get(self, kind: Kind[T], namespace: str, name: str) -> T:
        """As the port."""
        return await self._one(kind, _named(Call("get", kind, namespace, name)))

    async def list(
        self, kind: Kind[T], namespace: str = "", *, labels: Mapping[str, str] | None = None, name: str | None = None
    ) -> Listing[T]:
        """As the port, in pages."""
        chosen = selection(labels, name)
        return await listed(self._requests, self._documents, kind, namespace, chosen, self._bounds.page)

    async def watch(
        self,
        kind: Kind[T],
        namespace: str = "",
        *,
        resource_version: str,
        into: trio.MemorySendChannel[WatchEvent[T]],
        labels: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        """As the port; a server that says nothing for too long ends it in good order."""
        asked = (*query(resource_version, self._bounds), *selection(labels, name))
        call = Call("watch", kind, namespace, name or "", query=asked)
        await Watching(
            self._watches, self._documents, call, reached=resource_version, into=into, bounds=self._bounds
        ).run()

    async def create(self, kind: Kind[T], namespace: str, body: Mapping[str, Any]) -> T:
        """As the port."""
        name = str((body.get("metadata") or {}).get("name") or "")
        document = {"apiVersion": kind.api_version, "kind": kind.kind, **body}
        return await self._one(kind, Call("create", kind, namespace, name, body=msgspec.json.encode(document)))

    async def patch(
        self, kind: Kind[T], namespace: str, name: str, body: Mapping[str, Any], *, subresource: Subresource = ""
    ) -> T:
        """As the port."""
        entries = only_entries(kind, body)
        call = Call("patch", kind, namespace, name, subresource, body=msgspec.json.encode(body), entries=entries)
        return await self._one(kind, _named(call))

    async def delete(self, kind: Kind[T], namespace: str, name: str, *, uid: str | None = None) -> None:
        """As the port; what the object owned is deleted after it, in the background."""
        options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        await self._requests.ask(_named(Call("delete", kind, namespace, name, body=msgspec.json.encode(options))))

    async def _one(self, kind: Kind[T], call: Call) -> T:
        body = await self._requests.ask(call)
        try:
            return self._documents.decode(kind, body)
        except msgspec.ValidationError as error:
            raise failures.unreadable(call, str(error)) from error
        except msgspec.DecodeError as error:
            why = failures.one_line(str(error))
            raise failures.senseless(call, self._requests.server, why) from error


def _named(call: Call) -> Call:
    """The call, if there can be such an object; names come from users and from whoever posts to the receiver."""
    if not call.names_something:
        raise ObjectNotFound(f"{call}: not found, for nothing can be called so")
    return call
