"""What a gateway's answer means when it is not the wanted one: one table, each with a remedy to act on."""

from __future__ import annotations

from typing import Final

from stoker.errors import (
    ApiKeyForbidden,
    ApiKeyRejected,
    ApiMissing,
    GatewayAnswerInvalid,
    GatewayCommissioning,
    GatewayStarting,
    StokerError,
)

ADDRESS: Final = "spec.gateway.port and spec.gateway.tls, or the Pod's stoker.io/gateway-url"
"""What tells us where the gateway is."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
"""How a gateway that waits for its commissioning sends everybody to /welcome."""


def sends_to_https(status: int, where: str, location: str) -> bool:
    """Whether ``where``, over http, answered that all is served over https alone; that is no commissioning."""
    return status in REDIRECTS and " http:" in where and location.lower().startswith("https:")


def of_status(status: int, where: str, *, scan: bool, location: str = "") -> StokerError | None:
    """The error of an answer from ``where`` (method and URL), which may redirect to ``location``; None for 2xx."""
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
    if sends_to_https(status, where, location):
        return ApiMissing(
            f"{where}: {status}, the gateway sends everybody to https; name its https port, 8043 as a rule, in {ADDRESS}"
        )
    if status in REDIRECTS or (status == 400 and scan):
        return GatewayCommissioning(
            f"{where}: {status}, the gateway waits for its commissioning; finish it in a browser"
        )
    return GatewayAnswerInvalid(f"{where}: HTTP {status}, the gateway failed; see its own log")
