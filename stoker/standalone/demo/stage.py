"""The demo's stage: where everything lies, and the processes that play on it.

Owns: one folder with the repository, the gateway's data directory, manifests, state and logs; the two children; and the
waits and comparisons that several steps share.
"""

from __future__ import annotations

import json
import os
import secrets
from functools import partial
from typing import TYPE_CHECKING

import trio

from stoker.standalone.demo.compare import Difference, compare
from stoker.standalone.demo.processes import Child, Line, start
from stoker.standalone.demo.repository import Repository
from stoker.standalone.demo.webhook import GitHost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FOLDER = "projects"
API_KEY = "stoker:demo-key-0123456789"
SCANS = ("projects", "config")
START_SECONDS = 60.0
SYNC_SECONDS = 60.0

MANIFESTS = """\
# What the demo applies; edit it while `stoker demo --stay` runs, it is read again.
apiVersion: v1
kind: Secret
metadata: {{name: ignition-api}}
stringData: {{apiKey: "{api_key}"}}
---
apiVersion: stoker.io/v1alpha1
kind: GatewaySync
metadata: {{name: plant}}
spec:
  git: {{repo: "file://{bare}", ref: main}}
  polling: {{interval: 1h}}    # the demo announces its pushes; nothing is found by polling
  gateway: {{api: {{secretName: ignition-api}}}}
  sync:
    defaults: {{syncPeriod: 5, vars: {vars}}}
    profiles:
      default:
        mappings:
{mappings}
---
apiVersion: v1
kind: Pod
metadata: {{name: press-line-1, annotations: {{stoker.io/gateway-url: "{gateway}"}}}}
spec: {{volumes: [{{name: ignition-data, hostPath: {{path: "{data}"}}}}]}}
"""


class StepFailed(Exception):  # noqa: N818 - it reads as what it says
    """A check of the demo did not hold; the text says which and why."""


class Stage:
    """``live`` is the commit that the gateway should run now."""

    def __init__(self, root: Path, nursery: trio.Nursery) -> None:
        self.root = root
        self.nursery = nursery
        self.data = root / "gateway-data"
        self.state = root / "state"
        self.manifests = root / "manifests.yaml"
        self.repository = Repository(root / "plant.git", root / "work")
        self.mappings = ["{source: projects, destination: projects, required: true}"]
        self.vars: dict[str, str] = {}
        self.secret = secrets.token_hex(16)
        self.live = ""
        self.gateway_url = ""
        self.receiver = ""
        self.lives: list[Child] = []
        self._gateway: Child | None = None
        self._stoker: Child | None = None

    @property
    def gateway(self) -> Child:
        """The simulated gateway's process."""
        if self._gateway is None:
            raise StepFailed("the gateway was never started")
        return self._gateway

    @property
    def stoker(self) -> Child:
        """The present ``stoker standalone``."""
        if self._stoker is None:
            raise StepFailed("stoker standalone was never started")
        return self._stoker

    @property
    def host(self) -> GitHost:
        """The git host that announces pushes to the resource's hook."""
        return GitHost(f"{self.receiver}/webhook/default/plant", self.secret)

    async def start_gateway(self) -> None:
        """Start the simulated gateway on a free port and wait until it runs."""
        arguments = ["simulator", "--port", "0", "--data-dir", str(self.data)]
        env = {**_environment(), "STOKER_SIMULATOR_API_KEY": API_KEY}
        self._gateway = await self._child("gateway", arguments, env)
        line = await self._gateway.wait_for(
            "the gateway runs", _has("simulator_serving"), after=0, within=START_SECONDS
        )
        self.gateway_url = str(line.fields["urls"][0])

    async def start_stoker(self) -> None:
        """Start ``stoker standalone``; it serves when this returns."""
        await self.spawn_stoker()
        await self.stoker_serves()

    async def spawn_stoker(self) -> None:
        """Start ``stoker standalone`` and do not wait."""
        self.write_manifests()
        arguments = [
            "standalone",
            "-f",
            str(self.manifests),
            "--state-dir",
            str(self.state),
            "--receiver",
            "127.0.0.1:0",
        ]
        self._stoker = await self._child("stoker", arguments, {**_environment(), "WEBHOOK_HMAC_SECRET": self.secret})
        self.lives.append(self._stoker)

    def write_manifests(self) -> None:
        """What is applied; a running ``stoker standalone`` reads it again, and must never see half of it."""
        text = MANIFESTS.format(
            api_key=API_KEY,
            bare=self.repository.bare,
            gateway=self.gateway_url,
            data=self.data,
            vars=json.dumps(self.vars),
            mappings="\n".join(f"          - {mapping}" for mapping in self.mappings),
        )
        new = self.manifests.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(self.manifests)

    async def stoker_serves(self) -> None:
        """Wait until the receiver of ``stoker standalone`` is bound."""
        found = _has("receiver_serving")
        line = await self.stoker.wait_for("stoker standalone serves", found, after=0, within=START_SECONDS)
        self.receiver = str(line.fields["urls"][0])

    async def scanned(self, mark: int, what: str) -> float:
        """Wait until the gateway has answered both scans after ``mark``; when, in seconds of ``perf_counter``."""

        def both(lines: Sequence[Line]) -> bool:
            good = {str(line.fields.get("kind")) for line in lines if _scan_answered(line)}
            return good.issuperset(SCANS)

        return (await self.gateway.wait_for(what, both, after=mark, within=SYNC_SECONDS)).read_at

    async def reaches(self, commit: str) -> None:
        """Wait until the report on disk says that the gateway runs ``commit``."""
        report = self.state / "objects" / "ConfigMap" / "default" / "stoker-status-plant.yaml"
        with trio.fail_after(SYNC_SECONDS):
            while f'"syncedCommit":"{commit}"' not in report.read_text(encoding="utf-8"):
                await self.stoker.more()

    def scans(self, mark: int) -> int:
        """How many scans the gateway answered after ``mark``."""
        return sum(1 for line in self.gateway.since(mark) if _scan_answered(line))

    async def differs_from(self, commit: str) -> Difference:
        """How the gateway's projects differ from ``commit``."""
        return await trio.to_thread.run_sync(self._compare, commit)

    async def expect_whole(self, commit: str) -> Difference:
        """The comparison with ``commit``; StepFailed when any file is not as in it."""
        difference = await self.differs_from(commit)
        if difference:
            raise StepFailed(f"the live files are not commit {commit[:7]}: {difference}")
        return difference

    async def stop(self) -> bool:
        """Stop both children with SIGTERM; whether ``stoker standalone`` ended in good order."""
        code = 0
        if self._stoker is not None and self._stoker.process.returncode is None:
            code = await self._stoker.stop()
        if self._gateway is not None:
            await self._gateway.stop()
        return code == 0

    def some_script(self, work: Path) -> Path:
        """A payload of the sample that takes a comment."""
        return next(path for path in sorted((work / FOLDER).rglob("*.py")))

    def annotations(self) -> str:
        """The resource as kept on disk, to see that a request changed nothing in it."""
        return (self.state / "objects" / "GatewaySync" / "default" / "plant.yaml").read_text(encoding="utf-8")

    def _compare(self, commit: str) -> Difference:
        return compare(self.repository.files(commit, FOLDER), self.data / FOLDER)

    async def _child(self, name: str, arguments: list[str], env: Mapping[str, str]) -> Child:
        return await start(self.nursery, name, arguments, env=env, log_file=self.root / f"{name}.log")


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("WEBHOOK_", "STOKER_", "LOG_"))}
    return {**kept, "LOG_LEVEL": "info", "LOG_DEV_MODE": "false", "PYTHONUNBUFFERED": "1"}


def _has(event: str) -> partial[bool]:
    return partial(_any_event, event)


def _any_event(event: str, lines: Sequence[Line]) -> bool:
    return lines[-1].event == event


def _scan_answered(line: Line) -> bool:
    return line.event == "scan_answered" and line.fields.get("status") == 200
