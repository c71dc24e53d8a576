"""What a gateway's answer means when it is not the wanted one: one table, each with a remedy to act on."""

from __future__ import annotations

import httpx

from stoker.errors import (
    ApiKeyForbidden,
    ApiKeyRejected,
    ApiMissing,
    GatewayAnswerInvalid,
    GatewayCommissioning,
    GatewayStarting,
    GatewayTimeout,
    GatewayUnreachable,
    StokerError,
)


def of_status(status: int, where: str, *, scan: bool) -> StokerError | None:
    """The error of an answer from ``where`` (method and URL); None for 2xx."""
    if 200 <= status < 300:
        return None
    if status == 401:
        return ApiKeyRejected(
            f"{where}: 401, the API key is missing or wrong, or it allows secure connections only; check the Secret"
            " (name:secret) and the key's 'secure connections' setting"
        )
    if status == 403:
        return ApiKeyForbidden(
            f"{where}: 403, the API key is known but its security levels lack write permission; grant it"
        )
    if status == 404:
        return ApiMissing(f"{where}: 404, no such API; Stoker needs Ignition 8.3 or newer at this address")
    if status == 503:
        return GatewayStarting(f"{where}: 503, the gateway is still starting")
    if status in {301, 302, 303, 307, 308} or (status == 400 and scan):
        return GatewayCommissioning(
            f"{where}: {status}, the gateway waits for its commissioning; finish it in a browser"
        )
    return GatewayAnswerInvalid(f"{where}: HTTP {status}, the gateway failed; see its own log")


def of_httpx(error: httpx.HTTPError | httpx.InvalidURL, where: str) -> StokerError:
    """The error of a request that got no answer."""
    if isinstance(error, httpx.TimeoutException):
        return GatewayTimeout(f"{where}: no answer in time; the gateway is busy, stopped or behind a firewall")
    if isinstance(error, httpx.TransportError):
        return GatewayUnreachable(
            f"{where}: {str(error) or type(error).__name__}; is the gateway running at this address?"
        )
    return GatewayAnswerInvalid(f"{where}: {type(error).__name__}; the answer makes no sense")
