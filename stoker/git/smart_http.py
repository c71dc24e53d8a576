"""Git's smart HTTP as far as look-ups need it: the client, bounded answers, and redirects that keep a credential at home.

No cookies are kept: a session that one credential opened must not serve another. Redirects are followed by hand, and the
credential goes along to the same host only, never from https to http.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx
import trio

from stoker.errors import GitServerError
from stoker.git import failures, pktline
from stoker.git.library import trust

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


def new_client(*, timeout: float) -> httpx.AsyncClient:
    """``timeout``: seconds for each connect, read and write. Proxies come from the environment."""
    nowhere = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(follow_redirects=False, timeout=timeout, trust_env=True, verify=trust(), cookies=nowhere)


async def advertisement(client: httpx.AsyncClient, url: str, pair: Pair | None, *, shown: str) -> Advertised:
    """Follows redirects. Raises httpx's errors and what ``failures`` makes of statuses."""
    address = f"{url}/info/refs?service={SERVICE}"
    for _ in range(REDIRECTS + 1):
        answer, content = await ask(client, "GET", address, pair, shown=shown)
        if answer.is_redirect:
            target = urljoin(address, answer.headers["location"])
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
    """The answer and its unpacked content; GitServerError when that passes the bound, so that no server fills memory."""
    headers = dict(V2)
    if body is not None:
        headers |= {"Content-Type": f"application/x-{SERVICE}-request", "Accept": f"application/x-{SERVICE}-result"}
    auth = httpx.USE_CLIENT_DEFAULT if pair is None else httpx.BasicAuth(*pair)
    content = bytearray()
    # Cancelling ends the transfer from within; leaving the loop would leave httpx's generators half run.
    with trio.CancelScope() as bound:
        async with client.stream(method, address, headers=headers, content=body, auth=auth) as answer:
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > ANSWER_LIMIT:
                    bound.cancel()
    if bound.cancel_called:
        raise GitServerError(f"{shown}: the answer passes {ANSWER_LIMIT >> 20} MiB; no list of refs is that long")
    return answer, bytes(content)


def raise_for_status(answer: httpx.Response, pair: Pair | None, shown: str) -> None:
    """What ``failures`` makes of a status that is not 200."""
    retry_after = answer.headers.get("retry-after", "")
    error = failures.of_status(answer.status_code, shown, credential=pair is not None, retry_after=retry_after)
    if error is not None:
        raise error


def _keeps_credential(before: SplitResult, after: SplitResult) -> bool:
    """Only the same host and port, and never from https to http."""
    return before.netloc == after.netloc and not (before.scheme == "https" and after.scheme == "http")
