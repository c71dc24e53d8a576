"""Which of its rights somebody really uses: the API server's own audit log, and rules taken apart into single rights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

POLICY: Final = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
        {"level": "None"},
    ],
}


@dataclass(frozen=True, order=True)
class Right:
    """One verb on one resource; ``resource`` has its subresource after a slash."""

    group: str
    resource: str
    verb: str


class Audit:
    """Made before the plane, which takes ``arguments``; read at any time after."""

    def __init__(self, folder: Path) -> None:
        policy, self._log = folder / "policy.yaml", folder / "audit.log"
        policy.write_text(yaml.safe_dump(POLICY), encoding="utf-8")
        self.arguments = (f"--audit-policy-file={policy}", f"--audit-log-path={self._log}")

    def asked(self, user: str, *, refused: bool = False) -> set[Right]:
        """What that service account (NAMESPACE:NAME) was granted, or was refused."""
        return {
            right
            for name, code, right in self._lines()
            if name == f"system:serviceaccount:{user}" and (code == 403) == refused
        }

    def _lines(self) -> Iterator[tuple[str, int, Right]]:
        for line in self._log.read_text(encoding="utf-8").splitlines():
            if not line.endswith("}"):  # it is being written
                continue
            event = json.loads(line)
            place = event.get("objectRef", {})
            resource = "/".join(filter(None, (place.get("resource", ""), place.get("subresource", ""))))
            code = int(event.get("responseStatus", {}).get("code", 0))
            yield event["user"]["username"], code, Right(place.get("apiGroup", ""), resource, event["verb"])


def rights_in(roles: Sequence[dict[str, Any]]) -> set[Right]:
    """Every single right that the rules of these roles give."""
    return {
        Right(group, resource, verb)
        for role in roles
        for rule in role.get("rules", ())
        for group in rule.get("apiGroups", ())
        for resource in rule.get("resources", ())
        for verb in rule["verbs"]
    }


def without(roles: Sequence[dict[str, Any]], right: Right) -> None:
    """Takes one right out of all of these roles."""
    for role in roles:
        for rule in role.get("rules", ()):
            if right.group in rule.get("apiGroups", ()) and right.resource in rule.get("resources", ()):
                rule["verbs"] = [verb for verb in rule["verbs"] if verb != right.verb]
        role["rules"] = [rule for rule in role.get("rules", ()) if rule["verbs"]]
