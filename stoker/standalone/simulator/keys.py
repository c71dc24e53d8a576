"""The gateway's API keys: one that is set by hand, or those that lie in the data directory, where a sync can replace them.

A key is ``name:secret``. The file of a key holds no secret but its hash: SHA-256 over the secret's bytes (which is
base64url without padding), again as base64url without padding. Collections overlay one another, later ones win.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.standalone.simulator.knobs import Knobs

FOLDER: Final = "ignition/api-token"
FIRST, LAST = ("external", "core"), ("local",)
Verdict = Literal["known", "unknown", "insecure", "powerless"]


class Token(NamedTuple):
    """One key as its files describe it."""

    digest: str
    secure_only: bool
    has_levels: bool


class Keyring:
    """Which keys are known. ``load`` reads those of the data directory."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._tokens: dict[str, Token] = {}

    def load(self) -> None:
        """Read the api-token resources anew, where keys lie in the data directory. Blocking, and short."""
        self._tokens = _tokens(self._knobs.data / "config" / "resources") if self._knobs.keys_in_data else {}

    def judge(self, presented: str, *, secure: bool) -> Verdict:
        """What is to be thought of a presented key, over https (``secure``) or http."""
        name, colon, secret = presented.partition(":")
        if not (name and colon and secret):
            return "unknown"
        if not self._knobs.keys_in_data:
            if self._knobs.key and not hmac.compare_digest(presented.encode(), self._knobs.key.encode()):
                return "unknown"
            return "insecure" if self._knobs.secure_only and not secure else "known"
        token = self._tokens.get(name)
        if token is None or not hmac.compare_digest(token.digest, token_hash(secret)):
            return "unknown"
        if token.secure_only and not secure:
            return "insecure"
        return "known" if token.has_levels else "powerless"


def token_hash(secret: str) -> str:
    """The hash that a key's file holds."""
    try:
        raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    except (ValueError, binascii.Error):
        raw = secret.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def token_config(secret: str, *, secure_only: bool = True, levels: tuple[str, ...] = ("Authenticated",)) -> bytes:
    """The ``config.json`` of a key, as a gateway writes it; keys allow secure connections only unless told otherwise."""
    profile = {
        "type": "basic-token",
        "secureChannelRequired": secure_only,
        "securityLevels": [{"name": level, "children": []} for level in levels],
        "timestamp": 1767225600000,
    }
    body = {"profile": profile, "settings": {"tokenHash": token_hash(secret)}}
    return (json.dumps(body, indent=2) + "\n").encode()


def _tokens(resources: Path) -> dict[str, Token]:
    found: dict[str, Token] = {}
    for collection in _collections(resources):
        for path in sorted((collection / FOLDER).glob("*/config.json")):
            token = _token(path)
            if token is not None:
                found[path.parent.name] = token
    return found


def _collections(resources: Path) -> list[Path]:
    """In the order in which they overlay one another: external, core, the mode's, local."""
    if not resources.is_dir():
        return []
    names = sorted(path.name for path in resources.iterdir() if path.is_dir())
    modes = [name for name in names if name not in {*FIRST, *LAST}]
    return [resources / name for name in (*FIRST, *modes, *LAST) if name in names]


def _token(path: Path) -> Token | None:
    try:
        body: dict[str, Any] = json.loads(path.read_bytes())
        profile = body["profile"]
        digest = body["settings"]["tokenHash"]
        return Token(str(digest), bool(profile.get("secureChannelRequired", True)), bool(profile.get("securityLevels")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
