"""A private key for ssh as people put it into a Secret: read before libssh2 sees it, which says of most faults only that it
failed.

Without a cryptography library: an agent has none in memory, and what can be told from the outside is enough, that it is a
private key, whole, not encrypted and of a kind that is served. The formats are OpenSSH's own (PROTOCOL.key of its sources) and
PEM (RFC 7468) around PKCS#1, SEC 1 and PKCS#8.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from stoker.errors import CredentialsInvalid

OPENSSH: Final = "OPENSSH PRIVATE KEY"
PEM_KINDS: Final = ("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY")
SERVED: Final = ("ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
REMEDY: Final = "put an unencrypted OpenSSH or PEM private key into the Secret's key, as ssh-keygen -N '' writes it"
_BLOCK: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\n(.*?)\n-----END \1-----", re.DOTALL)
_BEGIN: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")
_MAGIC: Final = b"openssh-key-v1\0"


def private_key(text: str) -> str:
    """The key as libssh2 takes it: plain line ends, nothing around it. CredentialsInvalid says what is wrong with it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    blocks = _BLOCK.findall(lines)
    if len(blocks) != 1:
        raise _refused(_what_it_is(lines, len(blocks)))
    kind, body = blocks[0]
    if kind == OPENSSH:
        _check_openssh(_decoded(body))
    elif kind in PEM_KINDS:
        _check_pem(body)
    else:
        raise _refused(_what_it_is(lines, 0))
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"


def _refused(what: str) -> CredentialsInvalid:
    return CredentialsInvalid(f"the ssh key {what}; {REMEDY}")


def _what_it_is(text: str, blocks: int) -> str:
    """A text that holds no one key."""
    begin = _BEGIN.search(text)
    kind = begin[1] if begin else ""
    if not text:
        return "is empty"
    if blocks > 1:
        return f"is {blocks} keys in one"
    if text.startswith((*SERVED, "ssh-dss", "sk-")) or "PUBLIC" in kind or "SSH2 PUBLIC KEY" in text:
        return "is the public half"
    if text.startswith("PuTTY-User-Key-File"):
        return "is in PuTTY's format (puttygen -O private-openssh turns it into OpenSSH's)"
    if "ENCRYPTED" in kind:
        return "is encrypted, and there is nobody to ask for the passphrase"
    if kind == "CERTIFICATE":
        return "is a certificate"
    if kind == OPENSSH or kind in PEM_KINDS:
        return "is cut short or has lost its line ends"
    return f"is of a kind that is not served ({kind.lower()})" if kind else "is no private key"


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode("".join(body.split("\n")), validate=True)
    except (binascii.Error, ValueError):
        raise _refused("is malformed (what stands between its first and last line is no base64)") from None


def _check_openssh(blob: bytes) -> None:
    """Magic, cipher, kdf and its options, the number of keys, the public key, the private section."""
    if not blob.startswith(_MAGIC):
        raise _refused("is malformed (its content is not OpenSSH's)")
    try:
        cipher, rest = _string(blob[len(_MAGIC) :])
        _, rest = _string(rest)
        _, rest = _string(rest)
        public, rest = _string(rest[4:])
        section, rest = _string(rest)
        kind = _string(public)[0].decode("ascii", "replace")
    except ValueError:
        raise _refused("is cut short") from None
    if cipher != b"none":
        raise _refused("is encrypted, and there is nobody to ask for the passphrase")
    if kind not in SERVED:
        raise _refused(f"is of the type {kind[:40]!r}, which is not served")
    if section[:4] != section[4:8] or len(section) % 8:
        raise _refused("is malformed (its private half is damaged)")


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A string of RFC 4251, and what follows it; ValueError when it is cut short."""
    end = 4 + int.from_bytes(data[:4])
    if len(data) < 4 or len(data) < end:
        raise ValueError("cut short")
    return data[4:end], data[end:]


def _check_pem(body: str) -> None:
    if "ENCRYPTED" in body:
        raise _refused("is encrypted, and there is nobody to ask for the passphrase")
    blob = _decoded(body)
    if len(blob) < 4 or blob[0] != 0x30:
        raise _refused("is malformed (its content is no key)")
    size = blob[1]
    head = 2 if size < 0x80 else 2 + (size & 0x7F)
    length = size if size < 0x80 else int.from_bytes(blob[2:head])
    if len(blob) != head + length:
        raise _refused("is cut short")
