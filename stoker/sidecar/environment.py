"""What the pod's environment tells an agent: read once, every fault reported together, each with who sets it rightly.

The webhook writes these variables, so a fault here is seldom its reader's; files are named, never their content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stoker.api import names
from stoker.errors import SettingsInvalid
from stoker.settings import LogSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
REPO: Final = "/repo"
DATA: Final = "/ignition-data"


@dataclass(frozen=True)
class PodSettings:
    """One agent's. Paths are absolute; the files of ``None`` were not mounted; no ``pod_uid``: an older release injected."""

    namespace: str
    pod_name: str
    pod_uid: str
    cr_name: str
    gateway_name: str
    profile: str
    repo: Path
    data: Path
    gateway_port: int
    gateway_tls: bool
    sync_period: float
    api_key_file: Path
    git_token_file: Path | None
    git_ssh_key_file: Path | None
    git_known_hosts_file: Path | None
    logs: LogSettings

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> PodSettings:
        """SettingsInvalid names every wrong variable, one a line."""
        read = _Reader(env)
        settings = cls(
            namespace=read.name("POD_NAMESPACE"),
            pod_name=read.name("POD_NAME"),
            pod_uid=read.text("POD_UID"),
            cr_name=read.name("CR_NAME"),
            gateway_name=read.text("GATEWAY_NAME") or read.text("POD_NAME"),
            profile=read.text("PROFILE") or names.DEFAULT_PROFILE,
            repo=read.path("REPO_PATH") or Path(REPO),
            data=read.path("DATA_PATH") or Path(DATA),
            gateway_port=read.number("GATEWAY_PORT", 8088, least=1, most=65535),
            gateway_tls=read.flag("GATEWAY_TLS"),
            sync_period=float(read.number("SYNC_PERIOD", 30, least=5, most=3600)),
            api_key_file=read.path("API_KEY_FILE", needed=True) or Path(),
            git_token_file=read.path("GIT_TOKEN_FILE"),
            git_ssh_key_file=read.path("GIT_SSH_KEY_FILE"),
            git_known_hosts_file=read.path("GIT_KNOWN_HOSTS_FILE"),
            logs=read.logs(),
        )
        read.check()
        return settings


class _Reader:
    """Variables one by one; what is wrong gathers in ``faults``."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.faults: list[str] = []

    def text(self, variable: str) -> str:
        """Without surrounding white space; empty when it is not set."""
        return self._env.get(variable, "").strip()

    def needed(self, variable: str) -> str:
        """A text that must be there."""
        value = self.text(variable)
        if not value:
            self.faults.append(
                f"{variable} is not set: the webhook sets it in every pod that it injects; recreate the pod, or see"
                " `stoker agent --help`"
            )
        return value

    def name(self, variable: str) -> str:
        """A Kubernetes object's name."""
        value = self.needed(variable)
        if value and NAME.fullmatch(value) is None:
            self.faults.append(f"{variable} is {value[:80]!r}: it must be the name of a Kubernetes object")
        return value

    def path(self, variable: str, *, needed: bool = False) -> Path | None:
        """An absolute path, None when it is not set."""
        value = self.needed(variable) if needed else self.text(variable)
        if value and (not value.startswith("/") or "\0" in value):
            self.faults.append(f"{variable} is {value[:80]!r}: it must be an absolute path")
        return Path(value) if value else None

    def number(self, variable: str, default: int, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value = self.text(variable)
        if not value:
            return default
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1
        if not least <= number <= most:
            self.faults.append(f"{variable} is {value[:80]!r}: use a whole number from {least} to {most}")
        return number

    def flag(self, variable: str) -> bool:
        """``true`` or ``false``, the default."""
        value = self.text(variable).lower()
        if value not in {"", "true", "false"}:
            self.faults.append(f"{variable} is {value[:80]!r}: use true or false")
        return value == "true"

    def logs(self) -> LogSettings:
        """``LOG_LEVEL`` and ``LOG_DEV_MODE``."""
        try:
            return LogSettings.from_env(self._env)
        except SettingsInvalid as error:
            self.faults += str(error).splitlines()
            return LogSettings()

    def check(self) -> None:
        """Raises SettingsInvalid when anything was wrong."""
        space, resources = self.text("POD_NAMESPACE"), self.text("CR_NAMESPACE")
        if resources not in {"", space}:
            self.faults.append(
                f"CR_NAMESPACE is {resources[:80]!r} and POD_NAMESPACE {space[:80]!r}: a gateway's resource is in the namespace"
                " of its pod"
            )
        if self.faults:
            raise SettingsInvalid("\n".join(self.faults))
