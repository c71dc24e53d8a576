"""httpx's errors turned into ours, in one place. Messages are the library's own words, without secrets."""

from __future__ import annotations

import ssl

import httpx

from stoker.errors import CredentialsInvalid, GitServerError, GitTimeout, GitUnreachable, StokerError
from stoker.git.failures import distrusted
from stoker.nursery.causes import causes, words
from stoker.observe.redact import redact


def of_httpx(error: httpx.HTTPError | httpx.InvalidURL, shown: str) -> StokerError:
    """The error of a look-up over HTTP."""
    text, distrust = _depths(error)
    if isinstance(error, httpx.TimeoutException):
        return GitTimeout(f"{shown}: no answer in time; check the server and the network")
    if distrust:
        return distrusted(text, shown)
    if isinstance(error, httpx.ProxyError) and text.startswith("407"):
        return CredentialsInvalid(f"{shown}: HTTP 407, the proxy wants a credential; correct HTTPS_PROXY")
    if isinstance(error, httpx.ProxyError):
        return GitUnreachable(f"{shown}: the proxy says {text!r}; check HTTPS_PROXY and NO_PROXY")
    if isinstance(error, httpx.DecodingError):
        return GitServerError(f"{shown}: {text}; what the server said cannot be unpacked")
    if isinstance(error, httpx.TransportError):
        return GitUnreachable(f"{shown}: {text}; check the address and the network")
    return GitServerError(f"{shown}: {text}; what the server said is not understood")


def _depths(error: BaseException) -> tuple[str, bool]:
    """The first words below an error that may have none of its own, and whether a certificate was the matter."""
    distrust = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error))
    return redact(words(error)), distrust
