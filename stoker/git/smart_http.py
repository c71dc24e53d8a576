"""Git's smart HTTP as far as look-ups need it: bounded answers, and redirects that keep a credential at home.

Redirects are followed by hand, and the credential goes along to the same host only, never from https to http.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from stoker.errors import GitServerError
from stoker.git import failures, pktline
from stoker.git.http import Request, send
from stoker.observe.redact import redact_url

if TYPE_CHECKING:
    import httpx

SERVICE: Final = "git-upload-pack"
ANSWER_LIMIT: Final = 64 * 1024 * 1024
REDIRECTS: Final = 5
V2: Final = {"Git-Protocol": "version=2", "User-Agent": "git/stoker"}

Pair = tuple[str, str]


class Advertised(NamedTuple):
    """What the service said first: the URL that redirects led to, the credential that may go there, the lines."""

    base: str
    pair: Pair | None
    lines: list[bytes | None]


async def advertisement(client: httpx.AsyncClient, url: str, pair: Pair | None, *, shown: str) -> Advertised:
    """Follows redirects. Raises httpx's errors and what ``failures`` makes of statuses."""
    address = f"{url}/info/refs?service={SERVICE}"
    for _ in range(REDIRECTS + 1):
        answer, content = await ask(client, "GET", address, pair, shown=shown)
        if answer.has_redirect_location:
            target = _target(address, answer.headers["location"], shown)
            if not _keeps_credential(urlsplit(address), urlsplit(target)):
                pair = None
            address = target
            continue
        raise_for_status(answer, pair, shown)
        if f"{SERVICE}-advertisement" not in answer.headers.get("content-type", ""):
            raise GitServerError(f"{shown} answered, but not as a git server does; check that the URL is a repository")
        return Advertised(address.split("/info/refs?", 1)[0], pair, list(pktline.decode(content)))
    raise GitServerError(f"{shown}: more than {REDIRECTS} redirects; correct the URL")


async def ask(
    client: httpx.AsyncClient, method: str, address: str, pair: Pair | None, *, shown: str, body: bytes | None = None
) -> tuple[httpx.Response, bytes]:
    """The answer and its unpacked content; GitServerError when that passes the bound."""
    headers = dict(V2)
    if body is not None:
        headers |= {"Content-Type": f"application/x-{SERVICE}-request", "Accept": f"application/x-{SERVICE}-result"}
    answer, content = await send(client, Request(method, address, headers, body, pair), limit=ANSWER_LIMIT)
    if content is None:
        raise GitServerError(f"{shown}: the answer passes {ANSWER_LIMIT >> 20} MiB; no list of refs is that long")
    return answer, content


def raise_for_status(answer: httpx.Response, pair: Pair | None, shown: str) -> None:
    """What ``failures`` makes of a status that is not 200."""
    retry_after = answer.headers.get("retry-after", "")
    error = failures.of_status(answer.status_code, shown, credential=pair is not None, retry_after=retry_after)
    if error is not None:
        raise error


def _target(address: str, location: str, shown: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        raise GitServerError(
            f"{shown}: it redirects to {redact_url(location[:200])!r}, which is no URL; check the URL"
        ) from None


def _keeps_credential(before: SplitResult, after: SplitResult) -> bool:
    """Only the same host and port, and never from https to http."""
    return before.netloc == after.netloc and not (before.scheme == "https" and after.scheme == "http")
