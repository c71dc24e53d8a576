"""Ref look-ups over HTTP by git's protocol version 2 (gitprotocol-v2, ls-refs), cancellable and with ref prefixes.

libgit2 speaks neither v2 nor can it be cancelled while it connects, and a v0 advertisement of 50,000 refs is megabytes on
every poll. Servers that answer v0 are read as such. Credentials follow a redirect only to the same host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from stoker.errors import GitServerError
from stoker.git import failures, pktline
from stoker.git.listing import RefListing, prefixes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.git.credentials import Credentials

SERVICE: Final = "git-upload-pack"
ANSWER_LIMIT: Final = 64 * 1024 * 1024
REDIRECTS: Final = 5
_V2: Final = {"Git-Protocol": "version=2", "User-Agent": "git/stoker"}


async def ls_refs(
    client: httpx.AsyncClient, url: str, wanted: Sequence[str], credentials: Credentials, *, shown: str
) -> RefListing:
    """The refs that ``wanted`` may mean. Raises what ``failures`` makes of statuses and broken connections."""
    try:
        base, auth, first = await _advertisement(client, url, credentials.pair, shown)
        if not _is_v2(first):
            return _of_v0(first)
        listing = await _ask(client, base, auth, prefixes(wanted), shown)
        if listing.refs:
            return listing
        # Nothing matched and there is no HEAD: only now is it worth asking whether there is anything at all.
        everything = await _ask(client, base, auth, (), shown)
        return RefListing({}, {}, any_refs=bool(everything.refs))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise failures.of_httpx(error, shown) from None


async def _advertisement(
    client: httpx.AsyncClient, url: str, auth: tuple[str, str] | None, shown: str
) -> tuple[str, tuple[str, str] | None, list[bytes | None]]:
    """Follows redirects; the base URL they lead to, the credential that may go there, and what the service said."""
    address = f"{url}/info/refs?service={SERVICE}"
    for _ in range(REDIRECTS):
        answer = await client.get(address, headers=_V2, auth=auth or httpx.USE_CLIENT_DEFAULT)
        if answer.is_redirect:
            target = urljoin(address, answer.headers.get("location", ""))
            if not _keeps_credential(urlsplit(address), urlsplit(target)):
                auth = None
            address = target
            continue
        error = failures.of_status(answer.status_code, shown, credential=auth is not None)
        if error is not None:
            raise error
        if f"{SERVICE}-advertisement" not in answer.headers.get("content-type", ""):
            raise GitServerError(f"{shown} answered, but not as a git server does; check that the URL is a repository")
        return address.split("/info/refs?", 1)[0], auth, list(pktline.decode(_bounded(answer.content, shown)))
    raise GitServerError(f"{shown}: more than {REDIRECTS} redirects; correct the URL")


def _keeps_credential(before: SplitResult, after: SplitResult) -> bool:
    """Only the same host, and never from https to http."""
    return before.netloc == after.netloc and not (before.scheme == "https" and after.scheme == "http")


async def _ask(
    client: httpx.AsyncClient, base: str, auth: tuple[str, str] | None, wanted: Sequence[str], shown: str
) -> RefListing:
    body = b"".join(
        [
            pktline.encode("command=ls-refs\n"),
            pktline.encode("agent=git/stoker\n"),
            pktline.DELIMITER,
            pktline.encode("peel\n"),
            pktline.encode("symrefs\n"),
            *(pktline.encode(f"ref-prefix {name}\n") for name in wanted),
            pktline.FLUSH,
        ]
    )
    headers = {**_V2, "Content-Type": f"application/x-{SERVICE}-request", "Accept": f"application/x-{SERVICE}-result"}
    answer = await client.post(
        f"{base}/{SERVICE}", content=body, headers=headers, auth=auth or httpx.USE_CLIENT_DEFAULT
    )
    error = failures.of_status(answer.status_code, shown, credential=auth is not None)
    if error is not None:
        raise error
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for line in pktline.decode(_bounded(answer.content, shown)):
        if line is None:
            continue
        oid, name, *attributes = line.decode("utf-8", "replace").rstrip("\n").split(" ")
        refs[name] = oid
        for item in attributes:
            if item.startswith("peeled:"):
                peeled[name] = item.removeprefix("peeled:")
    return RefListing(refs, peeled)


def _is_v2(lines: list[bytes | None]) -> bool:
    return any(line is not None and line.rstrip(b"\n") == b"version 2" for line in lines[:3])


def _of_v0(lines: list[bytes | None]) -> RefListing:
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for line in lines:
        if line is None or line.startswith(b"# "):
            continue
        oid, _, name = line.split(b"\0")[0].decode("utf-8", "replace").rstrip("\n").partition(" ")
        if name.endswith("^{}"):
            peeled[name.removesuffix("^{}")] = oid
        elif name and name != "capabilities":
            refs[name] = oid
    return RefListing(refs, peeled, any_refs=bool(refs))


def _bounded(content: bytes, shown: str) -> bytes:
    if len(content) > ANSWER_LIMIT:
        raise GitServerError(f"{shown}: the list of refs passes {ANSWER_LIMIT >> 20} MiB")
    return content
