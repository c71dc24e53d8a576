"""A ``known_hosts`` text: read before libssh2 sees it, line by line as sshd(8) describes the file.

libssh2 passes over what it does not understand, and that would let in whom the file was written to keep out: ``@revoked`` is
ignored beside a good line, ``!name`` is a name. Such lines are refused, and so is what libssh2 cannot match (patterns,
``@cert-authority``), because a host would then be unknown though it is there. Line ends and comments are put in order.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from stoker.errors import CredentialsInvalid

KINDS: Final = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
SSH_PORT: Final = 22
_HASHED: Final = "|1|"


@dataclass(frozen=True)
class KnownHosts:
    """``text`` as libssh2 reads it: one name, type and key a line."""

    text: str

    @classmethod
    def parse(cls, text: str) -> KnownHosts:
        """CredentialsInvalid names the line and the remedy. Keys of types that nobody serves are left out."""
        lines = [
            kept
            for number, line in enumerate(text.splitlines(), 1)
            if (words := line.split()) and not words[0].startswith("#") and (kept := _checked(words, number))
        ]
        if not lines:
            raise CredentialsInvalid(
                "known_hosts names no host key; put the lines of ssh-keyscan HOST into the Secret's key, after comparing them"
                " with what the host's owner publishes"
            )
        return cls("".join(f"{line}\n" for line in lines))

    def names(self, host: str, port: int) -> bool:
        """Whether there is a key for that host; as ssh does, one without a port serves every port."""
        asked = {host.lower(), f"[{host.lower()}]:{port}"}
        return any(
            _is_hash_of(name, each) if name.startswith(_HASHED) else name == each
            for line in self.text.splitlines()
            for name in line.split(" ", 1)[0].split(",")
            for each in asked
        )


def _checked(words: list[str], number: int) -> str:
    """The line, or nothing when its key is of a type that is not served."""
    if words[0].startswith("@"):
        raise _refused(
            number, f"begins with {words[0][:40]}, which is not served", "remove the line, and every line of that key"
        )
    names, kind, key = (*words, "", "")[:3]
    if any(sign in names for sign in "*?!") and not names.startswith(_HASHED):
        raise _refused(number, "has a pattern for the host", "write a line for each host, by its name")
    if names.startswith(_HASHED) and not _is_hashed(names):
        raise _refused(number, "has a hashed host that is malformed", "write it anew by ssh-keyscan -H HOST")
    blob = _decoded(key)
    if not kind or blob is None or kind.isdecimal():
        raise _refused(number, "is not 'host type key'", "write it anew by ssh-keyscan HOST")
    if not blob.startswith(len(kind).to_bytes(4) + kind.encode("utf-8", "surrogatepass")):
        raise _refused(number, f"has a key that is not of its type {kind[:40]!r}", "write it anew by ssh-keyscan HOST")
    names = names if names.startswith(_HASHED) else names.lower()  # to ssh and to DNS case is none, to libssh2 it is
    return f"{names} {kind} {key}" if kind in KINDS else ""


def _refused(number: int, what: str, remedy: str) -> CredentialsInvalid:
    return CredentialsInvalid(f"known_hosts, line {number} {what}; {remedy}")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _is_hashed(name: str) -> bool:
    salt, _, digest = name.removeprefix(_HASHED).partition("|")
    return (
        _decoded(salt) is not None and len(_decoded(digest) or b"") == hashlib.sha1(usedforsecurity=False).digest_size
    )


def _is_hash_of(name: str, host: str) -> bool:
    """``|1|salt|HMAC-SHA1(salt, host)``."""
    salt, _, digest = name.removeprefix(_HASHED).partition("|")
    made = hmac.new(_decoded(salt) or b"", host.encode(), "sha1").digest()
    return hmac.compare_digest(made, _decoded(digest) or b"")
