"""Foreign errors of git turned into ours, in one place. Those of httpx are in ``http_failures``: worker processes need none of
it. Messages are libgit2's own words, without secrets.

libgit2 says what failed by a class and a text. The class decides where it can, because texts hold host names, ports and
paths in which any number may stand; of texts only whole phrases of libgit2's own sources are looked for.
"""

from __future__ import annotations

import re
from typing import Final

from stoker.errors import (
    CredentialsInvalid,
    GitAuthFailed,
    GitServerError,
    GitTimeout,
    GitUnreachable,
    HostKeyRefused,
    RepositoryNotFound,
    StokerError,
    StoreBroken,
    StoreUnwritable,
)
from stoker.git.library import pygit2
from stoker.observe.redact import redact

LIBGIT2_ERRORS: Final = (pygit2.GitError, OSError, ValueError, KeyError)

# git_error_t of libgit2's errors.h
_OS: Final = (2, 30)
_NET: Final = 12
_SSL: Final = 16
_SSH: Final = 23
_HTTP: Final = 34
_BROKEN_TLS: Final = "SSL error: syscall failure"
"""Of the class of the operating system's errors: a read that timed out, a connection that broke."""
_STATUS: Final = re.compile(r"unexpected http status code: (\d+)")
_SERVER_SAYS: Final = re.compile(r"remote error: (.*)", re.DOTALL)
_NO_REPOSITORY: Final = (
    "not exported",
    "not found",
    "could not be found",
    "no such",
    "does not exist",
    "does not appear to be a git",
)
_FULL: Final = ("no space left", "quota exceeded", "file too large")


class Redirected(Exception):  # noqa: N818 - never leaves this room
    """The server sends elsewhere; libgit2 would take the credential along, so it may not follow."""


class HashRefused(Exception):  # noqa: N818 - never leaves this room
    """The server serves no commit by its hash, or not this one."""


def of_libgit2(error: BaseException, shown: str) -> StokerError:
    """The error of a remote operation on the repository shown as ``shown``."""
    text = redact(str(error))
    kind = getattr(error, "error_class", 0)
    if isinstance(error, pygit2.AuthError) and "proxy" in text:
        return CredentialsInvalid(f"{shown}: {text}; correct HTTPS_PROXY")
    if isinstance(error, pygit2.AuthError):
        return GitAuthFailed(f"{shown}: {text}; check spec.git.auth")
    if is_distrust(error):
        return distrusted(text, shown)
    if kind == _HTTP:
        return _of_http(text, shown)
    if kind == _SSH:
        return _of_ssh(text, shown)
    if kind == _NET or "failed to connect" in text or _BROKEN_TLS in text:
        return _of_network(text, shown)
    if kind in _OS or isinstance(error, OSError):
        return of_disk(error, shown)
    return StoreBroken(f"{shown}: {text}; its store is fetched anew")


def distrusted(text: str, shown: str) -> GitUnreachable:
    """The error of a TLS certificate. OpenSSL names the reason, libgit2 keeps it to itself."""
    if "expired" in text or "not yet valid" in text:
        remedy = "renew it, or set this machine's clock"
    elif "mismatch" in text:
        remedy = "use the host name that the certificate is for"
    elif "unable to get local issuer" in text or "self-signed" in text or "self signed" in text:
        remedy = "add its authority to the system's, or name it by SSL_CERT_FILE"
    else:
        remedy = "it may have expired or be another host's; or add its authority to the system's, or name it by SSL_CERT_FILE"
    return GitUnreachable(f"{shown}: no trust in its TLS certificate ({text}); {remedy}")


def of_disk(error: BaseException, shown: str) -> StoreUnwritable:
    """The error of writing the store."""
    return StoreUnwritable(f"the git store of {shown}: {redact(str(error))}; check the space and rights of its folder")


def is_disk_full(error: StokerError) -> bool:
    """Whether a second store beside the first cannot help."""
    return isinstance(error, StoreUnwritable) and any(word in error.message.lower() for word in _FULL)


def is_redirect(error: BaseException) -> bool:
    """What libgit2 says when it was told to follow none."""
    found = _STATUS.search(str(error))
    return "redirect" in str(error) or (found is not None and found[1].startswith("3"))


def is_distrust(error: BaseException) -> bool:
    """What libgit2 says of a TLS certificate that it does not trust."""
    return isinstance(error, pygit2.CertificateError) or getattr(error, "error_class", 0) == _SSL


def is_refused_hash(error: BaseException) -> bool:
    """Said by libgit2 itself of a server that serves no hashes, or by a server that does not serve this one.

    A git daemon hangs up while it says so, and which of the two is seen first is chance. Whoever asks on for the ref learns
    whether the server is there.
    """
    phrases = ("cannot fetch a specific object", "unexpected packet type", "Broken pipe", "Connection reset")
    return any(phrase in str(error) for phrase in phrases)


def _of_http(text: str, shown: str) -> StokerError:
    found = _STATUS.search(text)
    if found:
        return of_status(int(found[1]), shown, credential=None) or GitServerError(f"{shown}: {text}")
    if "content-type" in text or "media type" in text:
        return GitServerError(
            f"{shown} answered, but not as a git server does ({text}); check that the URL is a repository"
        )
    return GitUnreachable(f"{shown}: {text}; the connection broke, it is asked again")


def _of_network(text: str, shown: str) -> StokerError:
    said = _SERVER_SAYS.search(text)
    if said:
        return of_server_words(said[1], shown)
    if "timed out" in text or (_BROKEN_TLS in text and "temporarily unavailable" in text):
        return GitTimeout(f"{shown}: {text}; check the server and the network")
    if "packet" in text or "protocol" in text or "cannot redirect" in text:
        return GitServerError(
            f"{shown} answered, but not as a git server does ({text}); check that the URL is a repository"
        )
    return GitUnreachable(f"{shown}: {text}; check the address and the network")


def _of_ssh(text: str, shown: str) -> StokerError:
    """libgit2's own words all name SSH; any other are what the server said on its way out."""
    if "SSH" not in text:
        return of_server_words(text, shown)
    if "imed out" in text or "timeout expired" in text:
        return GitTimeout(f"{shown}: {text}; check the server and the network")
    if "private key" in text:
        return CredentialsInvalid(f"{shown}: the ssh key cannot be used ({text}); put another into the Secret's key")
    if "exchange encryption keys" in text:
        return HostKeyRefused(
            f"{shown}: no kind of host key or cipher in common ({text}); known_hosts may hold keys of other types than the"
            " host has: compare the lines of ssh-keyscan and add them"
        )
    if "authenticat" in text:
        return GitAuthFailed(f"{shown}: {text}; check spec.git.auth.sshKey")
    return GitUnreachable(f"{shown}: {text}; check that an ssh server answers there")


def of_server_words(words: str, shown: str) -> StokerError:
    """What git's own ERR line says, in the server's words."""
    text = redact(words.strip())
    if any(phrase in text.lower() for phrase in _NO_REPOSITORY):
        return RepositoryNotFound(
            f"{shown}: the server says {text!r}; check the URL, and that the credential may see it"
        )
    return GitServerError(f"{shown}: the server says {text!r}")


def of_store(error: BaseException, where: str) -> StokerError:
    """The error of reading the local store."""
    return StoreBroken(f"{where}: {redact(str(error))}; it is fetched anew")


def of_status(status: int, shown: str, *, credential: bool | None, retry_after: str = "") -> StokerError | None:
    """The error of an HTTP status; None for 200. ``credential``: whether one was shown, None when that is not known."""
    if status == 200:
        return None
    if status in {401, 403}:
        remedy = (
            "it wants a credential: set spec.git.auth"
            if credential is False
            else "the credential was refused: check the token, its expiry and its rights"
        )
        return GitAuthFailed(f"{shown}: HTTP {status}, {remedy}")
    if status in {404, 410}:
        return RepositoryNotFound(
            f"{shown}: HTTP {status}, no such repository, or hidden from this credential; check the URL"
        )
    if status == 407:
        return CredentialsInvalid(f"{shown}: HTTP 407, the proxy wants a credential; correct HTTPS_PROXY")
    wait = float(retry_after) if retry_after.isdecimal() else None
    if status == 429:
        return GitServerError(f"{shown}: HTTP 429, asked too often; it is asked again later", retry_after=wait)
    if status < 500:
        return GitServerError(f"{shown}: HTTP {status}, which a git server does not say; check the URL")
    return GitServerError(f"{shown}: HTTP {status}, the server failed; it is asked again", retry_after=wait)
