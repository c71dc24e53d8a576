"""A resource, its gateways, two managers and a git server; every line between them goes through a proxy that may fail.

The control plane is the world's own, because its parts are killed too. The test is GitHub, the user and the kubelet: it pushes
commits, asks for force syncs, and starts again what was killed.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import trio

from stoker.api import names
from stoker.standalone.demo.processes import Child
from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.cluster import accounts
from tests.cluster.client import RefusedError
from tests.fakes.apiproxy import api_proxy
from tests.fakes.gitrepos import Origin, make_origin
from tests.fakes.gitservers import git_daemon
from tests.fakes.laid_open import lay_out
from tests.fakes.tcpproxy import TcpProxy, tcp_proxy
from tests.faults import bodies
from tests.faults.member import Member, Way

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.cluster.plane import Plane

SPACE: Final = "plant"
CR: Final = "line"
KEY: Final = "stoker:k3y-of-the-gateway"
BEARER: Final = "a-token-of-the-hook"
PATH: Final = "projects/line1/project.json"
MANAGERS: Final = ("manager-0", "manager-1")
PODS: Final = ("gw-0", "gw-1")


class World:
    """``members`` by name; ``git`` is the line to the git server; ``reached``: how often a kind of answer was given."""

    def __init__(self, plane: Plane, root: Path, nursery: trio.Nursery, origin: Origin, git: TcpProxy) -> None:
        self.plane, self.root, self.origin, self.git = plane, root, origin, git
        self.members: dict[str, Member] = {}
        self.gateways: dict[str, SimulatedGateway] = {}
        self.reached: Counter[str] = Counter()
        self._nursery = nursery
        self.gateway_port = 0
        self._receivers: dict[str, str] = {}
        self._count = self._touches = 0

    # --- setting it up -------------------------------------------------------------------------------------------

    def make_resource(self) -> None:
        """Namespace, Secret and GatewaySync; polling is off, so that nothing but requests brings news."""
        port = free_port()
        self.plane.admin.apply(
            *bodies.resource(SPACE, CR, repo=f"git://127.0.0.1:{self.git.port}/plant.git", port=port, key=KEY)
        )
        self.gateway_port = port

    async def add_manager(self, name: str, way: Way) -> None:
        """One replica of the manager, not started."""
        receiver = f"127.0.0.1:{free_port()}"
        self._receivers[name] = receiver
        arguments = ["manager", "--probes", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--receiver", receiver]
        env = {"POD_NAME": name, "POD_NAMESPACE": accounts.HOME, "WEBHOOK_BEARER_TOKEN": BEARER}
        self._member(name, arguments, env, way, accounts.manager_token(self.plane, seconds=7200))

    async def add_pod(self, name: str, way: Way) -> None:
        """A gateway that runs, its pod, and its agent, not started."""
        data = self.root / name / "data"
        data.mkdir(parents=True)
        gateway = self.gateways[name] = SimulatedGateway(data, key=KEY)
        port = self.gateway_port if not self.gateways.keys() - {name} else free_port()
        await self._nursery.start(partial(gateway.run, f"127.0.0.1:{port}", stopping=trio.Event()))
        body = bodies.pod(SPACE, name, CR)
        made = self.plane.admin.create(f"/api/v1/namespaces/{SPACE}/pods", body)
        pod = f"/api/v1/namespaces/{SPACE}/pods/{name}"
        self.plane.admin.patch(f"{pod}/status", {"status": {"phase": "Running"}})
        (self.root / name / "key").write_text(KEY)
        env = {
            "POD_NAME": name,
            "POD_NAMESPACE": SPACE,
            "CR_NAMESPACE": SPACE,
            "POD_UID": made["metadata"]["uid"],
            "CR_NAME": CR,
            "GATEWAY_NAME": name,
            "PROFILE": "default",
            "REPO_PATH": str(self.root / name / "repo"),
            "DATA_PATH": str(data),
            "GATEWAY_PORT": str(port),
            "GATEWAY_TLS": "false",
            "API_KEY_FILE": str(self.root / name / "key"),
            "SYNC_PERIOD": "5",
        }
        arguments = ["agent", "--probes", "127.0.0.1:0", "--metrics", "127.0.0.1:0"]
        self._member(name, arguments, env, way, accounts.token_for(self.plane, SPACE, "default", seconds=7200))

    def _member(self, name: str, arguments: list[str], env: dict[str, str], way: Way, token: str) -> None:
        account = self.root / name / "account"
        account.mkdir(parents=True)
        (account / "ca.crt").write_bytes(self.plane.ca.read_bytes())
        (account / "namespace").write_text(env["POD_NAMESPACE"])
        env |= {
            "PATH": os.environ["PATH"],
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(way.line.port),
            "LOG_LEVEL": "debug",
        }
        member = self.members[name] = Member(name, self.root / name, arguments, env, way, token)
        member.mount(token)
        lay_out(member.root)
        env["LAID_OPEN"] = str(member.root)

    # --- what is done to it --------------------------------------------------------------------------------------

    async def start(self, name: str) -> None:
        """As the kubelet starts a container, for the first time or again."""
        member = self.members[name]
        process = await trio.lowlevel.open_process(
            [sys.executable, "-m", "tests.sidecar.inside", str(member.root / "account"), *member.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=member.env,
            cwd=Path(__file__).parents[2],
        )
        child = Child(name, process)
        self._nursery.start_soon(child.pump, member.root / f"life-{len(member.lives)}.log")
        member.lives.append(child)

    async def restart_what_ended(self) -> None:
        """A process may end because it was at a loss: then it said so, and its container is started again."""
        for name, member in self.members.items():
            if not member.runs:
                assert await member.child.process.wait() == 1, f"{name} ended as it should not"
                await self.start(name)

    def commit(self) -> str:
        """Another commit on the branch; the hash."""
        self._count += 1
        return self.origin.commit({PATH: json.dumps({"title": f"Line 1, {self._count}"})})

    async def push(self, commit: str) -> None:
        """GitHub's request, to whichever replica takes it, and again until one has: a sender tries again, too."""
        body = {"ref": "refs/heads/main", "after": commit, "repository": {"full_name": "plant/plant"}}
        headers = {"Authorization": f"Bearer {BEARER}", "X-GitHub-Event": "push", "X-GitHub-Delivery": commit}
        async with httpx.AsyncClient(trust_env=False, timeout=8) as client:
            while True:
                for receiver in self._receivers.values():
                    url = f"http://{receiver}/webhook/{SPACE}/{CR}"
                    try:
                        answer = await client.post(url, json=body, headers=headers)
                    except httpx.HTTPError:
                        continue
                    if answer.status_code == 202:
                        return
                await trio.sleep(0.2)

    async def annotate(self, value: str) -> None:
        """A force request, as ``kubectl annotate`` makes it, again until the API server has taken it."""
        body = {"metadata": {"annotations": {names.REQUESTED_AT: value}}}
        await self.asked(lambda: self.plane.admin.patch(self._resource, body))

    async def new_token(self, name: str) -> str:
        """A successor of a member's token, not mounted yet."""
        home, account = (accounts.HOME, accounts.MANAGER) if name in MANAGERS else (SPACE, "default")
        member = self.members[name]
        member.token = str(await self.asked(partial(accounts.token_for, self.plane, home, account, seconds=7200)))
        return member.token

    async def touch(self) -> None:
        """Something of no meaning changes in every object that is watched."""
        self._touches += 1
        body = {"metadata": {"annotations": {"tests/touched": str(self._touches)}}}
        maps = (names.metadata_configmap(CR), names.status_configmap(CR))
        for path in (self._resource, *(f"/api/v1/namespaces/{SPACE}/configmaps/{name}" for name in maps)):
            await self.asked(partial(self.plane.admin.patch, path, body))

    async def listed(self) -> None:
        """Returns when the API server can list again what is watched: after etcd was away, it reads everything anew first."""
        kinds = (f"/apis/{names.API_VERSION}/{names.PLURAL}", "/api/v1/configmaps", f"/api/v1/namespaces/{SPACE}/pods")
        for path in (*kinds, "/apis/rbac.authorization.k8s.io/v1/rolebindings"):
            await self.asked(partial(self.plane.admin.get, path))

    async def asked(self, ask: Callable[[], Any]) -> Any:
        """What the API server answers, once it does; in a thread, because it may be away for long."""
        while True:
            try:
                return await trio.to_thread.run_sync(ask)
            except OSError:
                await trio.sleep(0.2)
            except RefusedError as error:
                if error.code < 500 and error.code != 429:
                    raise
                await trio.sleep(0.2)

    # --- what can be seen ----------------------------------------------------------------------------------------

    @property
    def _resource(self) -> str:
        return f"/apis/{names.API_VERSION}/namespaces/{SPACE}/{names.PLURAL}/{CR}"

    async def status(self) -> dict[str, Any]:
        """The resource's status."""
        return dict((await self.asked(lambda: self.plane.admin.get(self._resource))).get("status", {}))

    async def leader(self) -> str:
        """The replica that holds the lease."""
        path = f"/apis/coordination.k8s.io/v1/namespaces/{accounts.HOME}/leases/a86165bb.stoker.io"
        lease = await self.asked(lambda: self.plane.admin.get(path))
        return str(lease["spec"].get("holderIdentity", "")).partition("_")[0]

    async def synced(self, commit: str, *, handled: str = "") -> None:
        """Returns once every gateway is Synced at that commit, and the request was echoed."""
        while True:
            status = await self.status()
            found = {one["podName"]: one for one in status.get("discoveredGateways", [])}
            at = {
                name: (found.get(name, {}).get("syncStatus"), found.get(name, {}).get("syncedCommit")) for name in PODS
            }
            echoed = not handled or status.get("lastHandledRequestedAt") == handled
            if echoed and set(at.values()) == {("Synced", commit)}:
                return
            await trio.sleep(0.1)

    def live(self, pod: str) -> str:
        """The file that commits change."""
        return (self.root / pod / "data" / PATH).read_text()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(plane: Plane, root: Path) -> AsyncIterator[World]:
    """The world with everything started and every gateway Synced; whatever still runs is killed at the end."""
    origin = make_origin(root / "srv" / "plant.git")
    first = origin.commit({PATH: "{}", "projects/line1/a.txt": "one\n"})
    with git_daemon(root / "srv") as url:
        port = int(url.rpartition(":")[2])
        async with trio.open_nursery() as nursery, _lines(plane, port) as (git, ways):
            world = World(plane, root, nursery, origin, git)
            try:
                await _populate(world, ways)
                with trio.fail_after(75):
                    await world.synced(first)
                yield world
            finally:
                with trio.CancelScope(shield=True):
                    for member in world.members.values():
                        if member.runs:
                            await member.child.kill()
                nursery.cancel_scope.cancel()


async def _populate(world: World, ways: dict[str, Way]) -> None:
    world.make_resource()
    for name in MANAGERS:
        await world.add_manager(name, ways[name])
    for name in PODS:
        await world.add_pod(name, ways[name])
    for name in world.members:
        await world.start(name)


@asynccontextmanager
async def _lines(plane: Plane, git: int) -> AsyncIterator[tuple[TcpProxy, dict[str, Way]]]:
    async with AsyncExitStack() as stack:
        ways: dict[str, Way] = {}
        for name in (*MANAGERS, *PODS):
            line = await stack.enter_async_context(tcp_proxy("127.0.0.1", plane.port))
            door = api_proxy(plane.port, ca=plane.ca, certificate=plane.server_pair[0], key=plane.server_pair[1])
            ways[name] = Way(line, await stack.enter_async_context(door))
        yield await stack.enter_async_context(tcp_proxy("127.0.0.1", git)), ways
