"""Foreign errors of git and HTTP turned into ours, in one place. Messages are libgit2's own words, without secrets."""

from __future__ import annotations

from typing import Final

import httpx
import pygit2

from stoker.errors import (
    CredentialsInvalid,
    GitAuthFailed,
    GitServerError,
    GitTimeout,
    GitUnreachable,
    RepositoryNotFound,
    StokerError,
    StoreBroken,
)
from stoker.observe.redact import redact

_WORDS: Final[tuple[tuple[tuple[str, ...], type[StokerError], str], ...]] = (
    (
        ("401", "403", "authentication", "credentials", "no callback set"),
        GitAuthFailed,
        "check the token and its rights",
    ),
    (
        ("404", "not found", "not exported", "repository not"),
        RepositoryNotFound,
        "check the URL, and that the credential may see it",
    ),
    (("timed out", "timeout"), GitTimeout, "check the server and the network"),
    (("500", "502", "503", "504"), GitServerError, "the server failed; it is asked again"),
    (
        (
            "connect",
            "resolve",
            "refused",
            "reset",
            "broken pipe",
            "early eof",
            "unexpected eof",
            "socket",
            "ssl",
            "certificate",
            "hung up",
        ),
        GitUnreachable,
        "check the address and the network",
    ),
)


def of_libgit2(error: BaseException, shown: str) -> StokerError:
    """The error of a remote operation on the repository shown as ``shown``."""
    text = redact(str(error))
    lower = text.lower()
    for words, kind, remedy in _WORDS:
        if any(word in lower for word in words):
            return kind(f"{shown}: {text}; {remedy}")
    return GitServerError(f"{shown}: {text}; what the server said is not understood")


def of_store(error: BaseException, where: str) -> StokerError:
    """The error of reading the local store."""
    return StoreBroken(f"{where}: {redact(str(error))}; it is fetched anew")


def of_httpx(error: httpx.HTTPError | httpx.InvalidURL, shown: str) -> StokerError:
    """The error of a look-up over HTTP."""
    if isinstance(error, httpx.TimeoutException):
        return GitTimeout(f"{shown}: no answer in time; check the server and the network")
    if isinstance(error, httpx.TransportError):
        return GitUnreachable(
            f"{shown}: {redact(str(error)) or type(error).__name__}; check the address and the network"
        )
    return GitServerError(f"{shown}: {redact(str(error))}; what the server said is not understood")


def of_status(status: int, shown: str, *, credential: bool) -> StokerError | None:
    """The error of an HTTP status; None for 200."""
    if status == 200:
        return None
    if status in {401, 403}:
        remedy = (
            "the credential was refused: check the token, its expiry and its rights"
            if credential
            else "it wants a credential: set spec.git.auth"
        )
        return GitAuthFailed(f"{shown}: HTTP {status}, {remedy}")
    if status in {404, 410}:
        return RepositoryNotFound(
            f"{shown}: HTTP {status}, no such repository, or hidden from this credential; check the URL"
        )
    if status == 407:
        return CredentialsInvalid(f"{shown}: HTTP 407, the proxy wants a credential")
    return GitServerError(f"{shown}: HTTP {status}, the server failed; it is asked again")


LIBGIT2_ERRORS: Final = (pygit2.GitError, OSError, ValueError, KeyError)
