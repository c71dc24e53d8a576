"""A ``known_hosts`` text: read before libssh2 sees it, line by line as sshd(8) describes the file.

libssh2 passes over what it does not understand, and that would let in whom the file was written to keep out: ``@revoked`` is
ignored beside a good line, ``!name`` is a name. It has no patterns either, and to it a line without a port is as good as one
with. So the lines are matched here, for one host, and libssh2 is shown just that host's keys (``of_host``). Authorities of host
certificates are of no use to it: their lines vouch for nobody. Line ends and comments are put in order; a line that cannot be
read is refused, not passed over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from itertools import accumulate
from operator import or_
from typing import Final

from stoker.errors import CredentialsInvalid
from stoker.git.urls import SSH_PORT
from stoker.values import Value

KINDS: Final = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
REVOKED: Final = "@revoked"
AUTHORITY: Final = "@cert-authority"
_HASHED: Final = "|1|"


class KnownHosts(Value, frozen=True):
    """``text``: names, type and key a line, before it perhaps ``@revoked``."""

    text: str

    @classmethod
    def parse(cls, text: str) -> KnownHosts:
        """CredentialsInvalid names the line and the remedy. Keys of types that nobody serves are left out."""
        lines = [
            kept
            for number, line in enumerate(
                text.split("\n"), 1
            )  # nothing else ends a line to ssh: a comment goes on over it
            if (words := line.split()) and not words[0].startswith("#") and (kept := _checked(words, number))
        ]
        if all(line.startswith(REVOKED) for line in lines):
            raise CredentialsInvalid(
                "known_hosts names no host key; put the lines of ssh-keyscan HOST into the Secret's key, after comparing them"
                " with what the host's owner publishes"
            )
        return cls("".join(f"{line}\n" for line in lines))

    def names(self, host: str, port: int) -> bool:
        """Whether there is a key for that host, be it revoked."""
        return bool(self._keys(host, port))

    def of_host(self, host: str, port: int) -> str:
        """What libssh2 is shown: each key that the host may have. One that is revoked is so for every host."""
        revoked = {line.split(" ", 2)[2] for line in self.text.splitlines() if line.startswith(REVOKED)}
        good = dict.fromkeys(key for key in self._keys(host, port) if key not in revoked)
        # With the port, for libssh2 takes a name of one or two characters for a broken hash.
        return "".join(f"{_with_port(host, port)} {key}\n" for key in good)

    def _keys(self, host: str, port: int) -> list[str]:
        """Type and key of each line that means the host.

        As with ssh a line without a port serves every port, but where lines mean the host at this very port, those alone count:
        what else runs on that machine has another key, and is not to pose as this. A name with ``!`` leaves the host out by
        any name that it has.
        """
        asked = _with_port(host, port), host.lower()
        lines = [(names, key) for names, _, key in (line.partition(" ") for line in self.text.splitlines())]
        there, anywhere = ([one for one in lines if one[0] != REVOKED and _means(one[0], name)] for name in asked)
        found = there + anywhere if port == SSH_PORT else there or anywhere
        return [key for names, key in found if not any(_leaves_out(names, name) for name in asked)]


def _with_port(host: str, port: int) -> str:
    return f"[{host.lower()}]:{port}"


def _means(names: str, name: str) -> bool:
    if names.startswith(_HASHED):
        return _is_hash_of(names, name)
    return any(_is_like(each, name) for each in names.split(",") if not each.startswith("!"))


def _leaves_out(names: str, name: str) -> bool:
    return any(_is_like(each.lstrip("!"), name) for each in names.split(",") if each.startswith("!"))


def _is_like(pattern: str, name: str) -> bool:
    """``*`` is any text, ``?`` one character; brackets stand for themselves, for they enclose a host before its port.

    By hand, in the product of both lengths: an expression made of a hostile pattern would take ages.
    """
    fits = [True] + [False] * len(name)
    for sign in pattern:
        if sign == "*":
            fits = list(accumulate(fits, or_))
        else:
            fits = [False, *(before and sign in ("?", char) for before, char in zip(fits, name, strict=False))]
    return fits[-1]


def _checked(words: list[str], number: int) -> str:
    """The line, or nothing when its key is of a type that is not served or an authority's."""
    if words[0] == AUTHORITY:
        return ""
    if words[0] == REVOKED and not "".join(words[1:2]).startswith("@"):
        line = _checked(words[1:] or [""], number)
        return f"{REVOKED} {line}" if line else ""
    if words[0].startswith("@"):
        raise _refused(
            number, f"begins with {words[0][:40]}, which is no marker of ssh's", "write it as sshd(8) has it"
        )
    names, kind, key = (*words, "", "")[:3]
    if names.startswith(_HASHED) and not _is_hashed(names):
        raise _refused(number, "has a hashed host that is malformed", "write it anew by ssh-keyscan -H HOST")
    blob = _decoded(key)
    if not kind or blob is None or kind.isdecimal():
        raise _refused(number, "is not 'host type key'", "write it anew by ssh-keyscan HOST")
    if not blob.startswith(len(kind).to_bytes(4) + kind.encode("utf-8", "surrogatepass")):
        raise _refused(number, f"has a key that is not of its type {kind[:40]!r}", "write it anew by ssh-keyscan HOST")
    names = names if names.startswith(_HASHED) else names.lower()  # to ssh and to DNS case is none, to libssh2 it is
    return f"{names} {kind} {base64.b64encode(blob).decode()}" if kind in KINDS else ""


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
