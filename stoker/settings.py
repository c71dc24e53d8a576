"""What a process is told by its environment: read once, frozen, every fault reported together.

Secrets are kept in a holder that prints as stars. Settings are values; who serves what with them is composed elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stoker.errors import SettingsInvalid
from stoker.observe.logs import LEVELS
from stoker.observe.redact import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class LogSettings:
    """``LOG_LEVEL`` (debug, info, warning, error) and ``LOG_DEV_MODE`` (true: lines for people; unset: on a terminal)."""

    level: str = "info"
    dev: bool | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> LogSettings:
        """SettingsInvalid names every wrong variable."""
        faults = []
        level = env.get("LOG_LEVEL", "").strip().lower() or "info"
        if level not in LEVELS:
            faults.append(f"LOG_LEVEL is {level!r}: use one of {', '.join(LEVELS)}")
        mode = env.get("LOG_DEV_MODE", "").strip().lower()
        if mode not in {"", "true", "false", "1", "0"}:
            faults.append(f"LOG_DEV_MODE is {mode!r}: use true or false")
        if faults:
            raise SettingsInvalid("; ".join(faults))
        return cls(level, mode in {"true", "1"} if mode else None)


@dataclass(frozen=True)
class ReceiverSettings:
    """Who may push: each variable holds one value, or two, one a line, while a secret is rotated."""

    hmac_secrets: tuple[Secret, ...] = ()
    bearer_tokens: tuple[Secret, ...] = ()

    @property
    def open(self) -> bool:
        """Nothing is configured: everyone may push."""
        return not self.hmac_secrets and not self.bearer_tokens

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> ReceiverSettings:
        """``WEBHOOK_HMAC_SECRET`` and ``WEBHOOK_BEARER_TOKEN``; SettingsInvalid when one holds more than two values."""
        faults: list[str] = []
        hmac = _values(env, "WEBHOOK_HMAC_SECRET", faults)
        bearer = _values(env, "WEBHOOK_BEARER_TOKEN", faults)
        if faults:
            raise SettingsInvalid("; ".join(faults))
        return cls(hmac, bearer)


def _values(env: Mapping[str, str], name: str, faults: list[str]) -> tuple[Secret, ...]:
    values = [line.strip() for line in env.get(name, "").splitlines() if line.strip()]
    if len(values) > 2:
        faults.append(f"{name} holds {len(values)} values: at most two, one a line")
    return tuple(Secret(value) for value in values)
