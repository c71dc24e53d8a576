"""Ref look-ups over HTTP by git's protocol version 2 (gitprotocol-v2, ls-refs), cancellable and with ref prefixes.

libgit2 speaks neither v2 nor can it be cancelled while it connects, and a v0 advertisement of 50,000 refs is megabytes on
every poll. Servers that answer v0 are read as such.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import httpx

from stoker.errors import GitServerError, StokerError
from stoker.git import failures, http_failures, pktline
from stoker.git.listing import RefListing, prefixes
from stoker.git.smart_http import SERVICE, Advertised, advertisement, ask, raise_for_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stoker.git.credentials import Credentials
    from stoker.git.protocols import Known

_HASH: Final = re.compile(r"[0-9a-f]{40}")


async def ls_refs(
    client: httpx.AsyncClient, url: str, wanted: Sequence[str], credentials: Credentials, *, shown: str, known: Known
) -> RefListing:
    """The refs that ``wanted`` may mean. Raises what ``failures`` makes of statuses and broken connections."""
    try:
        if known.has(url, credentials):
            known.forget(url, credentials)  # however this ends: what brings no ref is asked in full, and told by that
            with suppress(StokerError, httpx.HTTPError):
                listing = await _listing(client, Advertised(url, credentials.pair, []), prefixes(wanted), shown)
                if listing.refs:
                    known.note(url, credentials)
                    return listing
        first = await advertisement(client, url, credentials.pair, shown=shown)
        lines = [line for line in first.lines if line is not None]
        if not any(line.rstrip(b"\n") == b"version 2" for line in lines[:2]):
            return of_v0(lines, shown)
        _check_format(lines, shown)
        listing = await _matching(client, first, wanted, shown)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise http_failures.of_httpx(error, shown) from None
    if first.base == url:
        known.note(url, credentials)
    return listing


async def _matching(client: httpx.AsyncClient, first: Advertised, wanted: Sequence[str], shown: str) -> RefListing:
    listing = await _listing(client, first, prefixes(wanted), shown)
    if listing.refs:
        return listing
    # Nothing matched and there is no HEAD: only now is it worth asking whether there is anything at all.
    everything = await _listing(client, first, (), shown)
    return RefListing({}, {}, any_refs=bool(everything.refs))


def _check_format(capabilities: Iterable[bytes], shown: str) -> None:
    """Asked in another format than its own a server says nothing at all, as if it were empty."""
    for line in capabilities:
        name, _, value = line.decode("utf-8", "replace").strip().partition("=")
        if name == "object-format" and value != "sha1":
            raise GitServerError(
                f"{shown} names its objects by {value[:80]!r}; repositories of another object format than sha1 are not served"
            )


async def _listing(client: httpx.AsyncClient, first: Advertised, wanted: Sequence[str], shown: str) -> RefListing:
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
    answer, content = await ask(client, "POST", f"{first.base}/{SERVICE}", first.pair, shown=shown, body=body)
    raise_for_status(answer, first.pair, shown)
    return of_v2((line for line in pktline.decode(content) if line is not None), shown)


def of_v2(lines: Iterable[bytes], shown: str) -> RefListing:
    """``oid name [symref-target:…] [peeled:oid]``; an unborn HEAD names no commit and is left out."""
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for line in lines:
        oid, name, rest = _fields(line, shown)
        if oid == "unborn":
            continue
        refs[name] = _hash(oid, shown)
        for item in rest.split(" "):
            if item.startswith("peeled:"):
                peeled[name] = _hash(item.removeprefix("peeled:"), shown)
    return RefListing(refs, peeled)


def of_v0(lines: Iterable[bytes], shown: str) -> RefListing:
    """``oid name`` with capabilities behind a NUL on the first; a peeled tag is a line of its own, ``name^{}``."""
    refs: dict[str, str] = {}
    peeled: dict[str, str] = {}
    for line in lines:
        if line.startswith((b"# ", b"version ", b"shallow ")):
            continue
        oid, name, _ = _fields(line.split(b"\0")[0], shown)
        if name == "capabilities^{}":
            continue
        (peeled if name.endswith("^{}") else refs)[name.removesuffix("^{}")] = _hash(oid, shown)
    return RefListing(refs, peeled, any_refs=bool(refs))


def _fields(line: bytes, shown: str) -> tuple[str, str, str]:
    text = line.decode("utf-8", "surrogateescape").rstrip("\n")
    if text.startswith("ERR "):
        raise failures.of_server_words(text.removeprefix("ERR "), shown)
    oid, _, rest = text.partition(" ")
    name, _, rest = rest.partition(" ")
    if not name:
        raise GitServerError(f"{shown} answered a list of refs that is not git's; check that the URL is a repository")
    return oid, name, rest


def _hash(text: str, shown: str) -> str:
    if not _HASH.fullmatch(text):
        raise GitServerError(
            f"{shown} names its objects by {text[:80]!r}, which is no SHA-1 hash; repositories of another object format are"
            " not served"
        )
    return text
