"""What it means that a request got no answer: the wire's errors turned into ours, each with a remedy to act on."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from stoker.errors import GatewayDown, GatewayTimeout, GatewayUnreachable, StokerError
from stoker.ignition.failures import ADDRESS
from stoker.nursery.causes import causes, words
from stoker.wire.failures import HungUp, Late, Senseless

if TYPE_CHECKING:
    from stoker.wire.failures import WireFailure


def of_wire(error: WireFailure, where: str) -> StokerError:
    """The error of a request that got no answer."""
    if isinstance(error, Late):
        return GatewayTimeout(f"{where}: no answer in time; the gateway is busy, stopped or behind a firewall")
    chain = causes(error)
    said = words(error)
    tls = next((cause for cause in chain if isinstance(cause, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return GatewayUnreachable(
            f"{where}: the gateway's certificate is not trusted ({tls.verify_message}); put its CA into this system's"
            " store, or name it in SSL_CERT_FILE"
        )
    if tls is not None:
        return GatewayUnreachable(f"{where}: TLS failed ({tls.reason}); does it speak https? See {ADDRESS}")
    if isinstance(error, HungUp | Senseless):
        scheme = "https" if " https:" in where else "http"
        return GatewayUnreachable(
            f"{where}: {said}; is that a running gateway, and does it speak {scheme}? See {ADDRESS}"
        )
    remedy = f"is the gateway running at this address? See {ADDRESS}"
    if any(map(_is_refusal, chain)):  # of a name with several addresses it says no more than that all were tried
        return GatewayDown(f"{where}: Connection refused; {remedy}")
    return GatewayUnreachable(f"{where}: {said}; {remedy}")


def _is_refusal(cause: BaseException) -> bool:
    """A refused connection; of a name with several addresses, which are tried together, all must refuse."""
    if isinstance(cause, ExceptionGroup):
        return all(map(_is_refusal, cause.exceptions))
    return isinstance(cause, ConnectionRefusedError)
