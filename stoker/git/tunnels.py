"""Whether a server behind a proxy is trusted, asked before libgit2 is sent there.

Of a server whose certificate it refuses inside a proxy's tunnel, libgit2 (1.9) takes leave over a connection that it has freed:
it hangs for days, in a thread that cannot be ended, and nobody learns why. Straight ahead it does not. So the question is put
by the library that look-ups use, without the credential, before each fetch that goes through a tunnel; it costs a handshake.
What speaks HTTP is loaded for the first tunnel, as in ``remote``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.errors import GitTimeout
from stoker.git.proxies import proxy_for

if TYPE_CHECKING:
    from stoker.git.urls import Place


async def vouch(where: Place, *, timeout: float) -> None:
    """Returns at once where no tunnel leads there. Any answer is good, for it came over a connection that is trusted.

    Raises GitUnreachable (no trust, no connection), GitTimeout, CredentialsInvalid (the proxy's).
    """
    if not where.url.startswith("https:") or proxy_for(where.url) is None:
        return
    import httpx

    from stoker.git import http_failures
    from stoker.git.http import Request, new_client, send
    from stoker.git.smart_http import SERVICE

    asked = Request("HEAD", f"{where.url}/info/refs?service={SERVICE}", {})
    try:
        with trio.move_on_after(timeout):
            async with new_client(timeout=timeout) as client:
                await send(client, asked, limit=0)
                return
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise http_failures.of_httpx(error, where.shown) from None
    raise GitTimeout(f"{where.shown}: no answer within {timeout:g} s; check the proxy, the server and the network")
