"""Specs as users write them: a least and a full one, changes that are good, and changes that are bad with the fault they cause.

This is data: the tests here put it through ``parse_spec``; a test against a real API server can apply the same samples and
compare. ``by`` says who refuses at apply time: the schema, a CEL rule, or nobody but us (unknown fields are pruned there).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final, Literal

Spec = dict[str, Any]
Path = tuple[str | int, ...]


class _Gone:
    """Named alike in every process, so that tests named after it are too."""

    def __repr__(self) -> str:
        return "GONE"


GONE: Final = _Gone()
"""As a value: take the field away."""

SECRET = {"name": "s", "key": "k"}
LEAST: Final[Spec] = {
    "git": {"repo": "https://git.example/plant.git", "ref": "main"},
    "gateway": {"api": {"secretName": "ignition-api"}},
    "sync": {"profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}}},
}
FULL: Final[Spec] = {
    "git": {
        "repo": "git@git.example:plant.git",
        "ref": "refs/heads/main",
        "auth": {"sshKey": {"secretRef": SECRET, "knownHosts": {"secretRef": SECRET}}},
    },
    "polling": {"enabled": False, "interval": "5m"},
    "gateway": {"port": 8043, "tls": True, "api": {"secretName": "ignition-api", "secretKey": "key"}},
    "sync": {
        "defaults": {
            "excludePatterns": ["**/*.bak"],
            "vars": {"site": "north", "_line2": ""},
            "syncPeriod": 60,
            "designerSessionPolicy": "wait",
            "dryRun": True,
            "paused": False,
            "driftPolicy": "heal",
        },
        "profiles": {
            "default": {
                "mappings": [
                    {"source": "projects/{{.Vars.site}}", "destination": "projects", "type": "dir", "required": True},
                    {
                        "source": "config/tags.json",
                        "destination": "config/tags.json",
                        "type": "file",
                        "template": True,
                        "patches": [{"set": {"a.b": "1"}}, {"file": "tags.json", "set": {"c.-1": "x"}}],
                    },
                ],
                "excludePatterns": ["**/draft/"],
                "vars": {"site": "south"},
                "syncPeriod": 5,
                "dryRun": False,
                "designerSessionPolicy": "fail",
                "paused": True,
                "driftPolicy": "report",
            }
        },
    },
    "agent": {
        "image": {"repository": "ghcr.io/x/stoker", "tag": "1.2.3", "pullPolicy": "Always"},
        "resources": {"limits": {"cpu": 1, "memory": "256Mi"}, "requests": {"cpu": "50m", "memory": "6.4e7"}},
    },
    "paused": True,
}

PROFILES: Path = ("sync", "profiles")
DEFAULT: Path = (*PROFILES, "default")
MAPPING: Path = (*DEFAULT, "mappings", 0)
AUTH: Path = ("git", "auth")
APP = {"appId": 1, "installationId": 2, "privateKeySecretRef": SECRET}


@dataclass(frozen=True)
class Change:
    """``value`` at ``path`` of the least spec."""

    path: Path
    value: Any

    def spec(self) -> Spec:
        """The changed spec."""
        return changed(LEAST, self)


@dataclass(frozen=True)
class Bad(Change):
    """``fault`` is the path that the message names, ``remedy`` a part of what it says there."""

    fault: str
    remedy: str
    by: Literal["schema", "cel", "us"] = "schema"


def changed(spec: Spec, *changes: Change) -> Spec:
    """A copy with the changes made, parents created on the way."""
    result = copy.deepcopy(spec)
    for change in changes:
        here: Any = result
        for step in change.path[:-1]:
            here = here[step] if isinstance(step, int) else here.setdefault(step, {})
        if change.value is GONE:
            del here[change.path[-1]]
        else:
            here[change.path[-1]] = copy.deepcopy(change.value)
    return result
