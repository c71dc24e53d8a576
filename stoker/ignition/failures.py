"""What a gateway's answer means when it is not the wanted one: one table, each with a remedy to act on."""

from __future__ import annotations

import ssl
from typing import Final

import httpx

from stoker.errors import (
    ApiKeyForbidden,
    ApiKeyRejected,
    ApiMissing,
    GatewayAnswerInvalid,
    GatewayCommissioning,
    GatewayDown,
    GatewayStarting,
    GatewayTimeout,
    GatewayUnreachable,
    StokerError,
)

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
"""How a gateway that waits for its commissioning sends everybody to /welcome."""


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
            f"{where}: 403, the API key is known but its security levels lack write permission; grant it in the gateway's"
            " security properties"
        )
    if status == 404:
        return ApiMissing(f"{where}: 404, no such API; Stoker needs Ignition 8.3 or newer at this address")
    if status == 503:
        return GatewayStarting(f"{where}: 503, the gateway is still starting")
    if status in REDIRECTS or (status == 400 and scan):
        return GatewayCommissioning(
            f"{where}: {status}, the gateway waits for its commissioning; finish it in a browser"
        )
    return GatewayAnswerInvalid(f"{where}: HTTP {status}, the gateway failed; see its own log")


def of_httpx(error: httpx.HTTPError | httpx.InvalidURL, where: str) -> StokerError:
    """The error of a request that got no answer."""
    if isinstance(error, httpx.TimeoutException):
        return GatewayTimeout(f"{where}: no answer in time; the gateway is busy, stopped or behind a firewall")
    causes = _causes(error)
    said = next((text for cause in causes if (text := str(cause).strip())), type(error).__name__)
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return GatewayUnreachable(
            f"{where}: the gateway's certificate is not trusted ({tls.verify_message}); put its CA into this system's"
            " store, or name it in SSL_CERT_FILE"
        )
    if tls is not None:
        return GatewayUnreachable(f"{where}: TLS failed ({tls.reason}); check that scheme and port belong together")
    if isinstance(error, httpx.TransportError):
        told = f"{where}: {said}; is the gateway running at this address?"
        return GatewayDown(told) if any(map(_is_refusal, causes)) else GatewayUnreachable(told)
    return GatewayAnswerInvalid(f"{where}: {type(error).__name__}; the answer makes no sense")


def _is_refusal(cause: BaseException) -> bool:
    """A refused connection; of a name with several addresses, which are tried together, all must refuse."""
    if isinstance(cause, ExceptionGroup):
        return all(map(_is_refusal, cause.exceptions))
    return isinstance(cause, ConnectionRefusedError)


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it, outermost first: the HTTP library leaves the reason of a failed TLS to its causes."""
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or at.__context__
    return found
