"""The metadata ConfigMap: what the controller hands over to the agents, key by key.

Reports and histories, which go the other way, are in ``reports``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from stoker.api.profiles import ResolvedProfile, decode_profiles, encode_profiles
from stoker.errors import HandoffInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

KIB: Final = 1024
SHARED: Final = 900 * KIB
"""What all keys of one map may take together, below the API server's 1 MiB for an object."""


def history_limit(pods: int) -> int:
    """Bytes that one gateway's history may take when ``pods`` share the map."""
    return min(16 * KIB, SHARED // max(1, pods))


def report_limit(pods: int) -> int:
    """Bytes that one gateway's report may take when ``pods`` share the map."""
    return min(8 * KIB, SHARED // max(1, pods))


def sharers(history: int) -> int:
    """How many pods there are when each history has that limit, 1 where it does not tell."""
    return SHARED // history if 0 < history < 16 * KIB else 1


@dataclass(frozen=True)
class Metadata:
    """``requested_at`` and ``allow_mass_delete`` are the annotations' values, empty when absent.

    ``absent``: keys that a map of an older release lacks, whose fields have their defaults.
    """

    git_url: str
    commit: str
    ref: str
    auth_type: str = "none"
    paused: bool = False
    profiles: Mapping[str, ResolvedProfile] = field(default_factory=dict)
    gateway_port: int = 8088
    gateway_tls: bool = False
    requested_at: str = ""
    allow_mass_delete: str = ""
    history_limit: int = 16 * KIB
    absent: frozenset[str] = field(default=frozenset(), compare=False)

    def to_data(self) -> dict[str, str]:
        """The ConfigMap's data; booleans and numbers as lower-case text."""
        return {
            "gitURL": self.git_url,
            "commit": self.commit,
            "ref": self.ref,
            "authType": self.auth_type,
            "paused": str(self.paused).lower(),
            "profiles": encode_profiles(dict(self.profiles)),
            "gatewayPort": str(self.gateway_port),
            "gatewayTLS": str(self.gateway_tls).lower(),
            "requestedAt": self.requested_at,
            "allowMassDelete": self.allow_mass_delete,
            "historyLimit": str(self.history_limit),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, str]) -> Metadata:
        """The reverse; HandoffInvalid names the key that cannot be read. Absent keys have their defaults."""
        return cls(
            git_url=data.get("gitURL", ""),
            commit=data.get("commit", ""),
            ref=data.get("ref", ""),
            auth_type=data.get("authType", "none"),
            paused=data.get("paused", "") == "true",
            profiles=_profiles(data.get("profiles", "")),
            gateway_port=_number(data, "gatewayPort", 8088, least=1, most=65535),
            gateway_tls=data.get("gatewayTLS", "") == "true",
            requested_at=data.get("requestedAt", ""),
            allow_mass_delete=data.get("allowMassDelete", ""),
            history_limit=_number(data, "historyLimit", 16 * KIB, least=0, most=SHARED),
            absent=frozenset({"gatewayPort", "gatewayTLS"} - data.keys()),
        )


def _profiles(text: str) -> dict[str, ResolvedProfile]:
    try:
        return decode_profiles(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise HandoffInvalid(
            f"metadata key profiles cannot be read ({error}); the controller must write it anew"
        ) from None


def _number(data: Mapping[str, str], key: str, default: int, *, least: int, most: int) -> int:
    text = data.get(key, "")
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not least <= number <= most:
        raise HandoffInvalid(
            f"metadata key {key} is {text[:40]!r}, no number from {least} to {most}; the controller must write it anew"
        )
    return number
