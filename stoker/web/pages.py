"""Pages that are only read, over HTTP/1.1: one request a connection, and nothing of it but its first line matters.

This is what probes and metrics need, and all that an agent serves. A general server (hypercorn: see ``serve``) would be
3 MB and 50 ms of each agent's start. The kubelet opens a connection for every probe anyway, and one a scrape costs nothing.
What a client may take of us is bounded: the bytes of its header, and the seconds until it has sent that and read the answer.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

import trio

from stoker.observe.logs import get_logger
from stoker.web.opening import open_listener

if TYPE_CHECKING:
    from collections.abc import Callable

    Pages = Callable[[str, str], "Page"]
    """Method and path, without its query, to a page; quick, and whatever it raises is a 500."""

LONGEST_HEADER: Final = 16 * 1024
BACKLOG: Final = 128


class Page(NamedTuple):
    """An answer."""

    status: int
    body: bytes
    kind: str


async def serve_pages(
    pages: Pages,
    *,
    bind: str,
    stopping: trio.Event,
    graceful: float = 5.0,
    patience: float = 10.0,
    on_bound: Callable[[list[str]], None] | None = None,
    task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves on ``HOST:PORT`` (0: any free port) until ``stopping``; started with the bound URLs.

    ``patience``: seconds that a connection may last; ``graceful``: those it has left when the stop comes. Raises
    AddressUnusable and SettingsInvalid.
    """
    with trio.socket.from_stdlib_socket(await open_listener(bind)) as listener:
        listener.listen(BACKLOG)
        host, port = listener.getsockname()[:2]
        urls = [f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"]
        async with trio.open_nursery() as connections, trio.open_nursery() as accepting:
            accept = partial(
                trio.serve_listeners,
                partial(_connection, pages=pages, patience=patience),
                [trio.SocketListener(listener)],
                handler_nursery=connections,
            )
            await accepting.start(accept)
            if on_bound is not None:
                on_bound(urls)
            task_status.started(urls)
            await stopping.wait()
            accepting.cancel_scope.cancel()
            connections.cancel_scope.deadline = trio.current_time() + graceful


async def _connection(stream: trio.SocketStream, *, pages: Pages, patience: float) -> None:
    """One request and its answer; a client that is gone, mute or too slow is nobody's error."""
    with trio.move_on_after(patience):
        try:
            line = await _first_line(stream)
            if line is not None:
                await stream.send_all(_answer(line, pages))
                await stream.send_eof()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return


async def _first_line(stream: trio.SocketStream) -> bytes | None:
    """The whole header is read, so that closing does not reset a connection with unread bytes; None: it never came."""
    header = bytearray()
    while b"\r\n\r\n" not in header:
        some = await stream.receive_some(LONGEST_HEADER)
        header += some
        if not some or len(header) > LONGEST_HEADER:
            return None
    return bytes(header[: header.index(b"\r\n")])


def _answer(line: bytes, pages: Pages) -> bytes:
    words = line.decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
        words, page = ["GET"], Page(HTTPStatus.BAD_REQUEST, b"this is no HTTP request\n", "text/plain")
    else:
        page = _page(pages, words[0], words[1].partition("?")[0])
    status = HTTPStatus(page.status)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {page.kind}\r\ncontent-length: {len(page.body)}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + (b"" if words[0] == "HEAD" else page.body)


def _page(pages: Pages, method: str, path: str) -> Page:
    try:
        return pages(method, path)
    except Exception:  # noqa: BLE001 - whatever a page raises is told, and the next one is served
        get_logger("web").exception("page_failed", path=path)
        return Page(HTTPStatus.INTERNAL_SERVER_ERROR, b"this page failed; the log says why\n", "text/plain")
