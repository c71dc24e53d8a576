"""A resource and its gateways on a real API server: the test is controller, kubelet and gateway, the agents are processes.

Maps are written by hand, as the controller writes them, so that what is seen of an agent is its own doing. Every agent has
exactly the role that the chart gives it, and finds its service account where pods have it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import trio

from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.api.profiles import MappingSpec, ResolvedProfile
from stoker.standalone.demo.processes import Child, Line
from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.api.samples import LEAST
from tests.cluster import accounts
from tests.cluster.client import RefusedError
from tests.fakes.gitrepos import make_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.cluster.plane import Plane

CR: Final = "line"
KEY: Final = "stoker:k3y-of-the-gateway"
SECONDS: Final = 60.0
PROFILE: Final = ResolvedProfile(mappings=[MappingSpec(source="projects", destination="projects")])
FILES: Final = {"projects/line1/project.json": '{"title": "Line 1"}\n', "projects/line1/a.txt": "one\n"}


class Site:
    """``origin`` has one commit, ``first``. ``url``: where agents fetch it, the folder itself unless a server is put before."""

    def __init__(self, plane: Plane, namespace: str, root: Path, nursery: trio.Nursery, *, cr: str = CR) -> None:
        self.cr = cr
        self.plane, self.namespace, self.root, self.nursery = plane, namespace, root, nursery
        self.origin = make_origin(root / "srv" / "plant.git")
        self.first = self.origin.commit(FILES, message="first")
        self.pods: dict[str, Pod] = {}
        self.metadata = Metadata(self.origin.url, "", "main", profiles={"default": PROFILE})
        self.token = accounts.agent_token(plane, namespace)
        body = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": self._meta(self.cr), "spec": LEAST}
        plane.admin.apply(body)

    # --- the controller's side -----------------------------------------------------------------------------------

    def open(self, **changes: Any) -> None:
        """Makes the three maps; ``changes`` are fields of Metadata, the commit is the first one unless told."""
        self._set({"commit": self.first, **changes})
        for name, data in (
            (names.status_configmap(self.cr), {}),
            (names.changes_configmap(self.cr), {}),
            (names.metadata_configmap(self.cr), self.metadata.to_data()),
        ):
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": self._meta(name), "data": data}
            self.plane.admin.create(f"/api/v1/namespaces/{self.namespace}/configmaps", body)

    def _set(self, changes: dict[str, Any]) -> None:
        known = {name: getattr(self.metadata, name) for name in self.metadata.__dataclass_fields__}
        self.metadata = Metadata(**{**known, **changes})

    def want(self, **changes: Any) -> None:
        """Writes the metadata."""
        self._set(changes)
        self.plane.admin.patch(self.map_path(names.metadata_configmap(self.cr)), {"data": self.metadata.to_data()})

    def push(self, files: dict[str, bytes | str | None], **changes: Any) -> str:
        """A commit, wanted at once."""
        commit = self.origin.commit(files)
        self.want(commit=commit, **changes)
        return commit

    async def end(self) -> None:
        """Kills every agent that is left."""
        for pod in self.pods.values():
            for child in pod.children:
                if child.process.returncode is None:
                    await child.kill()

    # --- gateways and agents -------------------------------------------------------------------------------------

    async def pod(
        self,
        name: str = "gw-0",
        *,
        gateway: SimulatedGateway | None = None,
        tls: tuple[Path, Path] | None = None,
        **told: str,
    ) -> Pod:
        """A pod object, a data directory, a simulated gateway that runs, over https with certificate and key of ``tls``.

        ``told``: variables beside the webhook's.
        """
        data = self.root / name / "data"
        data.mkdir(parents=True)
        served = gateway or SimulatedGateway(data, key=KEY)
        served.data = data
        (url,) = await self.nursery.start(partial(served.run, "127.0.0.1:0", stopping=trio.Event(), tls=tls))
        (made,) = self.plane.admin.apply(self._injected(name))
        self.plane.admin.patch(
            f"/api/v1/namespaces/{self.namespace}/pods/{name}/status", {"status": {"phase": "Running"}}
        )
        port = int(url.rpartition(":")[2])
        pod = self.pods[name] = Pod(self, name, made["metadata"]["uid"], self.root / name, served, port, told)
        pod.mount(self.token)
        if len(self.pods) == 1:
            self.metadata = Metadata(**{**self.metadata.__dict__, "gateway_port": port})
        return pod

    # --- what can be seen ----------------------------------------------------------------------------------------

    def map_path(self, name: str) -> str:
        """Where a ConfigMap is."""
        return f"/api/v1/namespaces/{self.namespace}/configmaps/{name}"

    def keys(self, name: str) -> dict[str, Any]:
        """A map's keys, read as JSON; empty where there is no such map."""
        try:
            data = self.plane.admin.get(self.map_path(name)).get("data", {})
        except RefusedError:
            return {}
        return {key: json.loads(text) for key, text in data.items()}

    def report(self, pod: str = "gw-0") -> dict[str, Any]:
        """What an agent reported; empty before the first."""
        return dict(self.keys(names.status_configmap(self.cr)).get(pod, {}))

    def judged(self, commit: str, pod: str = "gw-0", status: str = "Synced") -> bool:
        """Was that commit reported so?"""
        report = self.report(pod)
        return (report.get("syncedCommit"), report.get("syncStatus")) == (commit, status)

    def events(self) -> list[dict[str, Any]]:
        """Events on the resource."""
        items = self.plane.admin.get(f"/api/v1/namespaces/{self.namespace}/events")["items"]
        return [item for item in items if item["involvedObject"]["kind"] == names.KIND]

    async def synced(self, commit: str, pod: str = "gw-0") -> None:
        """Returns once that gateway's agent reported that commit as Synced."""
        await eventually(lambda: self.judged(commit, pod))

    def _injected(self, name: str) -> dict[str, Any]:
        """A pod as it is once the webhook has seen it."""
        annotations = {
            names.INJECT: "true",
            names.INJECTED: "true",
            names.CR_NAME: self.cr,
            names.GATEWAY_NAME: "press",
        }
        agent = {"name": names.AGENT_CONTAINER, "image": "stoker", "restartPolicy": "Always"}
        spec = {"initContainers": [agent], "containers": [{"name": "gateway", "image": "ignition"}]}
        meta = {**self._meta(name), "annotations": annotations, "labels": {names.AGENT_LABEL: "true"}}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}

    def _meta(self, name: str) -> dict[str, Any]:
        return {"name": name, "namespace": self.namespace}


@dataclass
class Pod:
    """One pod, as far as an agent can tell. ``children`` are the lives of its agent."""

    site: Site
    name: str
    uid: str
    root: Path
    gateway: SimulatedGateway
    port: int
    told: dict[str, str]
    children: list[Child] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The gateway's data directory."""
        return self.root / "data"

    def mount(self, token: str) -> None:
        """The service account's files and the API key, as the kubelet puts them there and renews them."""
        account = self.root / "account"
        account.mkdir(exist_ok=True)
        (account / "ca.crt").write_bytes(self.site.plane.ca.read_bytes())
        (account / "namespace").write_text(self.site.namespace)
        (account / "token.new").write_text(token)
        (account / "token.new").replace(account / "token")
        (self.root / "key").write_text(f"{KEY}\n")

    def environment(self) -> dict[str, str]:
        """What the webhook and the kubelet write."""
        return {
            "PATH": os.environ["PATH"],
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(self.site.plane.port),
            "POD_NAME": self.name,
            "POD_NAMESPACE": self.site.namespace,
            "CR_NAMESPACE": self.site.namespace,
            "POD_UID": self.uid,
            "CR_NAME": self.site.cr,
            "GATEWAY_NAME": "press",
            "PROFILE": "default",
            "REPO_PATH": str(self.root / "repo"),
            "DATA_PATH": str(self.data),
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_TLS": "false",
            "API_KEY_FILE": str(self.root / "key"),
            "SYNC_PERIOD": "30",
            "LOG_LEVEL": "debug",
            **self.told,
        }

    async def start(self, **told: str) -> Child:
        """The agent as a process; it ends with the test at the latest."""
        arguments = ["agent", "--probes", "127.0.0.1:0", "--metrics", "127.0.0.1:0"]
        inside = [sys.executable, "-m", "tests.sidecar.inside", str(self.root / "account"), *arguments]
        process = await trio.lowlevel.open_process(
            inside,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment() | told,
            cwd=Path(__file__).parents[2],
        )
        child = Child(f"agent {self.name}", process)
        self.site.nursery.start_soon(child.pump, self.root / f"agent-{len(self.children)}.log")
        self.children.append(child)
        return child

    def log(self) -> str:
        """Everything that its agents said."""
        return "".join(path.read_text() for path in sorted(self.root.glob("agent-*.log")))


async def said(child: Child, event: str, *, after: int = 0, **facts: Any) -> Line:
    """The first line of that event with these facts."""

    def found(lines: Sequence[Line]) -> bool:
        last = lines[-1].fields
        return last.get("event") == event and all(last.get(key) == value for key, value in facts.items())

    return await child.wait_for(f"{event} {facts}", found, after=after, within=SECONDS)


async def probe(child: Child, path: str) -> httpx.Response:
    """One GET of the agent's probes, or of its metrics."""
    service = "metrics" if path == "/metrics" else "probes"
    url = (await said(child, "serving", service=service)).fields["urls"][0]
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return await client.get(url + path)


async def opens(child: Child, path: str) -> None:
    """Returns once that probe is answered with 200: what the kubelet waits for."""
    await turns(child, path, 200)


async def turns(child: Child, path: str, status: int) -> None:
    """Returns once that probe is answered so."""
    with trio.fail_after(SECONDS):
        while (await probe(child, path)).status_code != status:  # noqa: ASYNC110 - as the kubelet does
            await trio.sleep(0.05)


async def ended(child: Child) -> int:
    """The exit code, once it is over."""
    with trio.fail_after(SECONDS):
        await child.ended.wait()
        return await child.process.wait()


async def eventually(holds: Callable[[], bool]) -> None:
    """Returns once ``holds`` does: for what another process writes into the API server or on the disk."""
    with trio.fail_after(SECONDS):
        while not holds():  # noqa: ASYNC110 - see above
            await trio.sleep(0.03)
