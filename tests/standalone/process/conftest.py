"""The real ``stoker standalone`` as a process, real repositories, and simulated gateways that listen in this one."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trio
import yaml

from stoker.standalone.demo.processes import Child, Line, start
from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.fakes.gitrepos import Origin, make_origin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

KEY = "stoker:k3y-of-the-gateway"
HMAC = "hmac-secret-0815"
SIGNED = {"WEBHOOK_HMAC_SECRET": HMAC}
SECONDS = 40.0
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "ignition-api"}, "stringData": {"apiKey": KEY}}


def resource(repo: str, name: str = "plant", *, ref: str = "main", profiles: Sequence[str] = ("default",)) -> Any:
    """A GatewaySync whose profiles each map the folder of their name (``default``: all) to ``projects``."""
    mappings = {
        profile: {"mappings": [{"source": "projects" if profile == "default" else profile, "destination": "projects"}]}
        for profile in profiles
    }
    return {
        "apiVersion": "stoker.io/v1alpha1",
        "kind": "GatewaySync",
        "metadata": {"name": name},
        "spec": {
            "git": {"repo": repo, "ref": ref},
            "polling": {"interval": "1h"},
            "gateway": {"api": {"secretName": "ignition-api"}},
            "sync": {"profiles": mappings},
        },
    }


@dataclass
class Plant:
    """Everything of one test below ``root``. ``origin`` has one commit, ``first``."""

    root: Path
    nursery: trio.Nursery
    origin: Origin
    first: str
    children: list[Child] = field(default_factory=list)
    gateways: dict[str, SimulatedGateway] = field(default_factory=dict)
    pods: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.root / "state"

    @property
    def manifests(self) -> Path:
        """The one file of manifests."""
        return self.root / "manifests.yaml"

    async def gateway(self, name: str = "gw", **annotations: str) -> Path:
        """Starts a simulated gateway and describes it by a Pod; its data directory."""
        data = self.root / f"data-{name}"
        data.mkdir()
        gateway = self.gateways[name] = SimulatedGateway(data, key=KEY)
        (url,) = await self.nursery.start(partial(gateway.run, "127.0.0.1:0", stopping=trio.Event()))
        written = {f"stoker.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
        self.pods[name] = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "annotations": {"stoker.io/gateway-url": url, **written}},
            "spec": {"volumes": [{"name": "ignition-data", "hostPath": {"path": str(data)}}]},
        }
        return data

    def write(self, *documents: Any) -> None:
        """The manifests: the API key, ``documents`` (default: one resource) and a Pod for each gateway."""
        wanted = documents or (resource(self.origin.url),)
        self.manifests.write_text(yaml.safe_dump_all([SECRET, *wanted, *self.pods.values()]), encoding="utf-8")

    async def start(
        self, *arguments: str, env: dict[str, str] | None = None, ready: str = "standalone_serving"
    ) -> Child:
        """``stoker standalone`` over the manifests, once it serves (or says ``ready``)."""
        given = ["standalone", "-f", str(self.manifests), "--state-dir", str(self.state), *arguments]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("WEBHOOK_", "STOKER_", "LOG_"))}
        log = self.root / f"stoker-{len(self.children)}.log"
        child = await start(self.nursery, "stoker", given, env=kept | (env or {}), log_file=log)
        self.children.append(child)
        if ready:
            await said(child, ready)
        return child

    async def once(self, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        """``--once``: the exit code and what was printed beside the log."""
        child = await self.start("--once", *arguments, env=env, ready="")
        code = await ended(child)
        return code, "\n".join(line.event for line in child.lines if "level" not in line.fields)

    def object(self, kind: str, name: str) -> Any:
        """An object as it lies in the state directory."""
        return yaml.safe_load((self.state / "objects" / kind / "default" / f"{name}.yaml").read_text(encoding="utf-8"))

    def reports(self, name: str = "plant") -> dict[str, Any]:
        """What the agents reported of their gateways, by pod; empty before the first."""
        try:
            data = self.object("ConfigMap", f"stoker-status-{name}").get("data") or {}
        except FileNotFoundError:
            return {}
        return {pod: json.loads(text) for pod, text in data.items()}

    def judged(self, pod: str, name: str = "plant") -> str:
        """The syncStatus that a gateway's agent reported last; empty before the first."""
        return str(self.reports(name).get(pod, {}).get("syncStatus", ""))

    def status(self, name: str = "plant") -> Any:
        """The status of a resource on the disk."""
        return self.object("GatewaySync", name)["status"]


async def said(child: Child, event: str, *, after: int = 0, **facts: Any) -> Line:
    """The first line of that event with these facts."""

    def found(lines: Sequence[Line]) -> bool:
        last = lines[-1].fields
        return last.get("event") == event and all(last.get(key) == value for key, value in facts.items())

    return await child.wait_for(f"{event} {facts}", found, after=after, within=SECONDS)


async def eventually(holds: Callable[[], bool]) -> None:
    """Returns once ``holds`` does: for what is seen on the disk only, where another process has no event to give."""
    with trio.fail_after(SECONDS):
        while not holds():  # noqa: ASYNC110 - see above
            await trio.sleep(0.02)


async def url_of(child: Child, event: str = "receiver_serving") -> str:
    """Where a server of the process listens."""
    return str((await said(child, event)).fields["urls"][0])


async def ended(child: Child) -> int:
    """The exit code, once it is over."""
    with trio.fail_after(SECONDS):
        await child.ended.wait()
        return await child.process.wait()


async def post(url: str, body: dict[str, Any], *, secret: str = HMAC, **headers: str) -> httpx.Response:
    """One signed request to a receiver."""
    raw = json.dumps(body).encode()
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return await client.post(url, content=raw, headers={"X-Hub-Signature-256": f"sha256={digest}", **headers})


async def get(url: str) -> httpx.Response:
    """One GET."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        return await client.get(url)


def announced(ref: str = "main") -> dict[str, Any]:
    """A GitHub push payload."""
    return {"ref": f"refs/heads/{ref}", "deleted": False}


@pytest.fixture
async def plant(tmp_path: Path) -> AsyncIterator[Plant]:
    """A repository with one commit and no gateway yet. Whatever was started is killed at the end."""
    origin = make_origin(tmp_path / "srv" / "plant.git")
    files = {f"{folder}/Line/project.json": '{"title": "Line"}\n' for folder in ("projects", "north", "south")}
    first = origin.commit(files | {"projects/Line/a.txt": "one\n", "north/n.txt": "n\n", "south/s.txt": "s\n"})
    async with trio.open_nursery() as nursery:
        made = Plant(tmp_path, nursery, origin, first)
        try:
            yield made
        finally:
            with trio.CancelScope(shield=True):
                for child in made.children:
                    if child.process.returncode is None:
                        await child.kill()
            nursery.cancel_scope.cancel()
