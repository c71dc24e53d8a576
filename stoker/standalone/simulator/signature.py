"""The signature that Ignition 8.3 puts over a resource: what a gateway computes, and a sample repository must carry.

SHA-256, as hex, over: scope bits as a big-endian int32, the description, the version as int32, one byte each for unary,
restricted and overridable, then for each file by name its name and the hex digest of its content, then for each
attribute by key, but the signature itself, the key and its value as compact JSON. Knows nothing of files on a disk.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPE_BITS: Final = {"G": 1, "D": 2, "C": 4, "A": 7}
SIGNATURE: Final = "lastModificationSignature"
FLAGS: Final = ("unary", "restricted", "overridable")


def signature(manifest: Mapping[str, Any], payloads: Mapping[str, bytes]) -> str:
    """The signature of a resource.json, as an object, over the contents of its files by name."""
    digest = hashlib.sha256(_int32(_scope(manifest.get("scope"))))
    digest.update(str(manifest.get("description") or "").encode())
    version = manifest.get("version", 1)
    digest.update(_int32(version if isinstance(version, int) else 1))
    digest.update(bytes(bool(manifest.get(flag)) for flag in FLAGS))
    for name in sorted(payloads):
        digest.update(name.encode() + hashlib.sha256(payloads[name]).hexdigest().encode())
    attributes = manifest.get("attributes")
    for key, value in sorted(attributes.items()) if isinstance(attributes, dict) else ():
        if key != SIGNATURE:
            digest.update(key.encode() + json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
    return digest.hexdigest()


def claimed(manifest: Mapping[str, Any]) -> str | None:
    """The signature that a resource.json carries, None without one."""
    attributes = manifest.get("attributes")
    value = attributes.get(SIGNATURE) if isinstance(attributes, dict) else None
    return value if isinstance(value, str) else None


def _scope(letters: object) -> int:
    """The bits of a scope such as G, DG or A; without one a resource is for all."""
    bits = 0
    for letter in letters if isinstance(letters, str) and letters else "A":
        bits |= SCOPE_BITS.get(letter, 0)
    return bits


def _int32(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "big")
