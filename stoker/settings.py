"""What a process is told by its environment: read once, frozen, every fault reported together.

Secrets are kept in a holder that prints as stars. Settings are values; who serves what with them is composed elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
        """SettingsInvalid names every wrong variable, one a line."""
        faults: list[str] = []
        settings = cls._read(env, faults)
        _refuse(faults)
        return settings

    @classmethod
    def _read(cls, env: Mapping[str, str], faults: list[str]) -> LogSettings:
        level = env.get("LOG_LEVEL", "").strip().lower() or "info"
        if level not in LEVELS:
            faults.append(f"LOG_LEVEL is {level!r}: use one of {', '.join(LEVELS)}")
        mode = env.get("LOG_DEV_MODE", "").strip().lower()
        if mode not in {"", "true", "false", "1", "0"}:
            faults.append(f"LOG_DEV_MODE is {mode!r}: use true or false")
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
        settings = cls._read(env, faults)
        _refuse(faults)
        return settings

    @classmethod
    def _read(cls, env: Mapping[str, str], faults: list[str]) -> ReceiverSettings:
        return cls(_values(env, "WEBHOOK_HMAC_SECRET", faults), _values(env, "WEBHOOK_BEARER_TOKEN", faults))


@dataclass(frozen=True)
class Environment:
    """All that the environment tells a process without a cluster."""

    logs: LogSettings = field(default_factory=LogSettings)
    receiver: ReceiverSettings = field(default_factory=ReceiverSettings)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Environment:
        """SettingsInvalid names every wrong variable of all parts, one a line."""
        faults: list[str] = []
        settings = cls(LogSettings._read(env, faults), ReceiverSettings._read(env, faults))  # noqa: SLF001 - one file
        _refuse(faults)
        return settings


def _refuse(faults: list[str]) -> None:
    if faults:
        raise SettingsInvalid("\n".join(faults))


def _values(env: Mapping[str, str], name: str, faults: list[str]) -> tuple[Secret, ...]:
    values = [line.strip() for line in env.get(name, "").splitlines() if line.strip()]
    if len(values) > 2:
        faults.append(f"{name} holds {len(values)} values: at most two, one a line")
    return tuple(Secret(value) for value in values)
