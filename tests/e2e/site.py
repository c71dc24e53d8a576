"""A namespace with one resource, its repository and its gateways: what people do there, and what they then see."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from tests.cluster.client import RefusedError
from tests.e2e import plant, pushes
from tests.e2e.cluster import ready
from tests.fakes.gitrepos import make_origin
from tests.manager.process import until

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from tests.cluster.client import Json
    from tests.cluster.kubectl import Kubectl
    from tests.e2e.cluster import Cluster
    from tests.fakes.gitrepos import Origin

PATIENCE: Final = 120.0
"""Seconds in which a pod is made, started and synced, on a machine that does much else."""
PROJECT: Final = {"projects/line1/project.json": '{"title": "Line 1"}\n', "projects/line1/a.txt": "one\n"}
FILE: Final = "projects/line1/a.txt"
_RECORD: Final = (
    "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8088/simulator/record').read().decode())"
)


@dataclass(frozen=True)
class Site:
    """In ``namespace``, which is the name of the repository, too."""

    cluster: Cluster
    namespace: str
    origin: Origin = field(init=False)

    def __post_init__(self) -> None:
        origin = make_origin(self.cluster.repositories / f"{self.namespace}.git")
        object.__setattr__(self, "origin", origin)

    # --- what people do --------------------------------------------------------------------------------------------

    def begin(
        self, files: Mapping[str, bytes | str | None], profiles: Mapping[str, Json], agent: Json | None = None
    ) -> str:
        """The first commit, which is returned, and the resource."""
        commit = self.origin.commit(files, message="first")
        self.cluster.namespace(self.namespace)
        for document in (plant.account(), plant.api_key(), plant.resource(self.repo, profiles, agent)):
            self.kubectl("apply", "-f-", stdin=document)
        return commit

    def gateways(self, name: str, *, replicas: int = 1, **annotations: str) -> None:
        """A StatefulSet, and a disk for each of its pods."""
        for number in range(replicas):
            pod = f"{name}-{number}"
            self.cluster.admin.apply(plant.volume(self.data(pod), self.namespace, pod))
        self.kubectl("apply", "-f-", stdin=plant.gateways(name, replicas=replicas, **annotations))

    def push(self, files: Mapping[str, bytes | str | None], message: str = "change") -> str:
        """A commit, and its news as GitHub sends it, which is accepted; the commit."""
        commit = self.origin.commit(files, message=message)
        assert pushes.push(self, commit) == 202
        return commit

    def close(self) -> None:
        """Takes gateways and resource away, without waiting: the next scene needs the machine."""
        self.cluster.keep_logs()
        self.kubectl("delete", "statefulsets,pods", "--all", "--wait=false", "--grace-period=1")
        self.kubectl("delete", "gs", "--all", "--wait=false")

    # --- what they see ---------------------------------------------------------------------------------------------

    @property
    def repo(self) -> str:
        """Its URL, for pods."""
        return f"{self.cluster.git.url}/{self.namespace}.git"

    @property
    def kubectl(self) -> Kubectl:
        """In this namespace."""
        return self.cluster.node.kubectl(self.namespace)

    def data(self, pod: str) -> Path:
        """The gateway's data directory, on the node."""
        return self.cluster.node.machine.directory / "disks" / self.namespace / pod

    def text(self, pod: str, path: str = FILE) -> str:
        """A file of the gateway's."""
        return (self.data(pod) / path).read_text(encoding="utf-8")

    def status(self) -> Json:
        """The resource's, as the API server has it."""
        path = f"/apis/{names.API_VERSION}/namespaces/{self.namespace}/{names.PLURAL}/{plant.CR}"
        return dict(self.cluster.admin.get(path).get("status", {}))

    def condition(self, kind: str) -> tuple[str, str]:
        """Status and message of one of the resource's conditions."""
        found = [one for one in self.status().get("conditions", []) if one["type"] == kind]
        return (found[0]["status"], found[0]["message"]) if found else ("", "")

    def reported(self) -> dict[str, Json]:
        """What the status says of each gateway, by its pod."""
        return {one["podName"]: one for one in self.status().get("discoveredGateways") or []}

    def map(self, which: str) -> dict[str, str]:
        """The data of ``stoker-{which}-{cr}``; empty while there is none."""
        try:
            found = self.cluster.admin.get(f"/api/v1/namespaces/{self.namespace}/configmaps/stoker-{which}-{plant.CR}")
        except RefusedError:
            return {}
        return dict(found.get("data") or {})

    def history(self, pod: str) -> list[Json]:
        """Of one gateway, the newest last."""
        return list(json.loads(self.map("changes").get(pod, "[]")))

    def agent(self, pod: str) -> Json:
        """The state of the agent's container, as the kubelet tells it; empty while there is none."""
        states = self.cluster.pod(self.namespace, pod).get("status", {}).get("initContainerStatuses", [])
        return next((dict(one) for one in states if one["name"] == names.AGENT_CONTAINER), {})

    def gateway_container(self, pod: str) -> str:
        """Of the gateway's process: another one after every start."""
        return str(self.cluster.pod(self.namespace, pod)["status"]["containerStatuses"][0]["containerID"])

    def lines(self, pod: str, *, previous: bool = False) -> list[Json]:
        """The agent's log; AssertionError when a line is none of ours."""
        words = ["--previous"] if previous else []
        text = self.kubectl("logs", pod, "-c", names.AGENT_CONTAINER, *words)
        found: list[Json] = [json.loads(line) for line in text.splitlines()]
        assert all({"timestamp", "level", "event"} <= line.keys() for line in found)
        return found

    def record(self, pod: str) -> dict[str, Any]:
        """What the simulated gateway has seen."""
        words = ("exec", pod, "-c", "gateway", "--", "/opt/stoker/bin/python", "-c", _RECORD)
        return dict(json.loads(self.kubectl(*words)))

    # --- what must come --------------------------------------------------------------------------------------------

    def synced(self, commit: str, pods: Collection[str]) -> None:
        """Until the resource says that exactly these gateways are, and that so is the whole."""

        def holds() -> bool:
            found = {name: (one["syncStatus"], one.get("syncedCommit")) for name, one in self.reported().items()}
            wanted = dict.fromkeys(pods, ("Synced", commit))
            return found == wanted and self.condition("AllGatewaysSynced")[0] == "True"

        try:
            until(holds, "synced", within=PATIENCE)
        except AssertionError:
            raise AssertionError(f"not at {commit}: {json.dumps(self.status())}") from None

    def runs(self, pod: str, *, restarts: int = 0) -> None:
        """Until the pod is ready, its agent started anew so often at least."""

        def holds() -> bool:
            enough = self.agent(pod).get("restartCount", 0) >= restarts
            return enough and ready(self.cluster.pod(self.namespace, pod))

        until(holds, f"{pod} runs: {self.agent(pod)}", within=PATIENCE)
