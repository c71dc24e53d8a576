"""A namespace of the real API server as users, agents and the cluster's other controllers fill it, and what they then see."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stoker.api import names
from tests.cluster.client import RefusedError
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.cluster.client import AdminClient
    from tests.fakes.gitrepos import Origin

Json = dict[str, Any]


def spec(origin: Origin, **git: Any) -> Json:
    """A good spec for a repository."""
    mappings = [{"source": "projects", "destination": "projects"}]
    return {
        "git": {"repo": origin.url, "ref": "main", **git},
        "polling": {"interval": "1h"},
        "gateway": {"api": {"secretName": "api-key"}},
        "sync": {"profiles": {"default": {"mappings": mappings}}},
    }


@dataclass
class Site:
    """``origin`` has one commit on main, ``commit``."""

    admin: AdminClient
    namespace: str
    origin: Origin
    commit: str
    pods: dict[str, Json] = field(default_factory=dict)

    def path(self, plural: str, name: str = "", group: str = "api/v1") -> str:
        """Of a collection or an object."""
        group = f"apis/{names.API_VERSION}" if plural == names.PLURAL else group
        return f"/{group}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def find(self, plural: str, name: str, group: str = "api/v1") -> Json | None:
        """An object, None when there is none."""
        with contextlib.suppress(RefusedError):
            return self.admin.get(self.path(plural, name, group))
        return None

    # --- what users and agents do --------------------------------------------------------------------------------

    def secret(self, name: str = "api-key", **data: str) -> None:
        """A Secret of plain texts."""
        body = {"metadata": {"name": name}, "stringData": data or {"apiKey": "name:secret"}}
        with contextlib.suppress(RefusedError):
            self.admin.create(self.path("secrets"), body)

    def resource(self, name: str = "plant", **changes: Any) -> Json:
        """A GatewaySync with its API key; ``changes`` are keys of the spec."""
        self.secret()
        body: Json = {"metadata": {"name": name}, "spec": spec(self.origin) | changes}
        body |= {"apiVersion": names.API_VERSION, "kind": names.KIND}
        return self.admin.create(self.path(names.PLURAL), body)

    def edit(self, patch: Mapping[str, Any], name: str = "plant") -> Json:
        """A merge patch of the resource."""
        return self.admin.patch(self.path(names.PLURAL, name), patch)

    def annotate(self, name: str = "plant", **annotations: str | None) -> Json:
        """``requested_at=…`` is ``stoker.io/requested-at``."""
        written = {f"stoker.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
        return self.edit({"metadata": {"annotations": written}}, name)

    def pod(self, name: str, *, cr: str = "plant", agent: bool = True, account: str = "default", **said: str) -> Json:
        """A gateway's pod that runs, as far as the API server knows."""
        with contextlib.suppress(RefusedError):
            self.admin.create(self.path("serviceaccounts"), {"metadata": {"name": account}})
        annotations = {names.INJECT: "true", names.CR_NAME: cr}
        annotations |= {f"stoker.io/{key.replace('_', '-')}": value for key, value in said.items()}
        image = {"image": "none", "imagePullPolicy": "IfNotPresent"}
        sidecar = [{"name": names.AGENT_CONTAINER, "restartPolicy": "Always", **image}] if agent else []
        body = {
            "metadata": {"name": name, "annotations": annotations},
            "spec": {
                "serviceAccountName": account,
                "initContainers": sidecar,
                "containers": [{"name": "gateway", **image}],
            },
        }
        self.admin.create(self.path("pods"), body)
        self.pods[name] = self.admin.patch(f"{self.path('pods', name)}/status", {"status": {"phase": "Running"}})
        return self.pods[name]

    def report(self, pod: str, cr: str = "plant", *, key: str = "", **said: Any) -> None:
        """What an agent writes: its own key of the status ConfigMap."""
        body = {"syncStatus": "Synced", "syncedCommit": self.commit, "podUID": self.pods[pod]["metadata"]["uid"]}
        text = json.dumps({name: value for name, value in (body | said).items() if value is not None})
        path = self.path("configmaps", names.status_configmap(cr))
        until(lambda: self.find("configmaps", names.status_configmap(cr)), "the status ConfigMap")
        self.admin.patch(path, {"data": {key or pod: text}})

    # --- what they see -------------------------------------------------------------------------------------------

    def seen(self, name: str = "plant") -> Json:
        """The resource."""
        return self.admin.get(self.path(names.PLURAL, name))

    def status(self, name: str = "plant") -> Json:
        """Its status, empty before the first."""
        found: Json = self.seen(name).get("status", {})
        return found

    def condition(self, kind: str, name: str = "plant") -> Json:
        """One of its conditions, empty before it is known."""
        return next((one for one in self.status(name).get("conditions", []) if one["type"] == kind), {})

    def words(self, kind: str, name: str = "plant") -> tuple[str, str, str]:
        """Status, reason and message of a condition."""
        found = self.condition(kind, name)
        return found.get("status", ""), found.get("reason", ""), found.get("message", "")

    def gateways(self, name: str = "plant") -> dict[str, Json]:
        """The discovered gateways by pod."""
        return {one["podName"]: one for one in self.status(name).get("discoveredGateways", [])}

    def map(self, name: str) -> Json | None:
        """A ConfigMap's data, None when it is absent."""
        found = self.find("configmaps", name)
        return None if found is None else found.get("data", {})

    def metadata(self, name: str = "plant") -> Json:
        """What agents are told, empty when there is nothing."""
        return self.map(names.metadata_configmap(name)) or {}

    def events(self, reason: str) -> list[str]:
        """The messages of events of that reason, as often as they were given."""
        found = [one for one in self.admin.get(self.path("events"))["items"] if one["reason"] == reason]
        return [one["message"] for one in found for _ in range(one.get("count") or 1)]

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """As ``process.until``, with the status in the complaint."""
        try:
            return until(holds, what)
        except AssertionError as error:
            seen = [one["metadata"]["name"] + " " + json.dumps(one.get("status")) for one in self._all()]
            raise AssertionError(f"{error}; {' | '.join(seen)}") from None

    def resolved(self, name: str = "plant", commit: str = "") -> None:
        """Until the resource's ref is resolved, to that commit, and agents know it."""
        wanted = commit or self.commit
        self.until(lambda: self.metadata(name).get("commit") == wanted, f"{name} handed over at {wanted[:7]}")
        self.until(lambda: self.status(name).get("lastSyncCommit") == wanted, f"{name} resolved to {wanted[:7]}")

    def gone(self, name: str = "plant") -> None:
        """Until the resource is."""
        self.until(lambda: self.find(names.PLURAL, name) is None, f"{name} gone")

    def _all(self) -> list[Json]:
        found: list[Json] = self.admin.get(self.path(names.PLURAL))["items"]
        return found
