"""One Kubernetes control plane as processes on the loopback interface: etcd, the API server, the controller manager.

It belongs to whoever made it and to nobody else: own ports, own directory, own CA. ``close`` and the death of the test
run end it in the same way (``reaper``). Its parts can be killed, paused and started again one by one, which is what the
fault tests are about. All calls block, for at most as long as ``PATIENCE``; from async code go through a thread.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.cluster import reaper
from tests.cluster.client import AdminClient
from tests.cluster.commands import CONTROLLERS_OF_NODES, Commands

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.cluster.binaries import Binaries
    from tests.cluster.client import Dial

PATIENCE: Final = 60.0
"""Seconds that a part may take until it works, on a machine that does much else; one to four are usual."""
ETCD: Final = "etcd"
APISERVER: Final = "kube-apiserver"
CONTROLLERS: Final = "kube-controller-manager"
SCHEDULER: Final = "kube-scheduler"


class PlaneError(Exception):
    """A part of the plane does not come up; the end of its log is the message."""


@dataclass(frozen=True)
class Place:
    """Where a plane listens: this machine's loopback interface, or a network of its own that has its first node.

    ``entering`` stands before the commands that run there, ``dial`` connects to what listens there. With a ``node`` the
    plane schedules pods and fills Deployments.
    """

    address: str = "127.0.0.1"
    ports: tuple[int, int, int] | None = None
    entering: tuple[str, ...] = ()
    dial: Dial = socket.create_connection
    node: bool = False


class Plane:
    """``admin`` speaks to it as cluster administrator; ``kubeconfig``, ``ca``, ``certificate`` and ``key`` are files for others,
    ``server_pair`` for who stands in for the API server.

    ``apiserver`` are further arguments of the API server; ``prepare`` is called before the controllers begin: the collector
    learns kinds then and every 30 s, and what is there before it is collected at once.
    """

    def __init__(
        self,
        binaries: Binaries,
        *,
        apiserver: Sequence[str] = (),
        prepare: Callable[[Plane], None] = lambda _: None,
        place: Place = Place(),  # frozen
    ) -> None:
        assert binaries.directory is not None
        self.binaries = binaries.directory
        self.directory = Path(tempfile.mkdtemp(prefix="stoker-plane-"))
        self._reaper = reaper.employ(self.directory)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._place = place
        self._commands = commands = Commands(self.binaries, self.directory, place.ports or _free_ports(), place.address)
        self.port = commands.port
        self.url = commands.url
        self.ca = commands.ca
        self.certificate, self.key = commands.admin
        self.server_pair = commands.server
        self.kubeconfig = commands.pair_kubeconfig("admin", commands.admin)
        self.admin = AdminClient(
            place.address, self.port, ca=self.ca, certificate=self.certificate, key=self.key, dial=place.dial
        )
        self._lines = {ETCD: commands.etcd(), APISERVER: [*commands.apiserver(), *apiserver]}
        try:
            self.start(ETCD)
            self.start(APISERVER)
            prepare(self)
            if binaries.has_controllers:
                self._lines[CONTROLLERS] = commands.controllers(CONTROLLERS_OF_NODES if place.node else ())
                self.start(CONTROLLERS)
            if place.node:
                self._lines[SCHEDULER] = commands.scheduler()
                self.start(SCHEDULER)
        except BaseException:
            self.close()
            raise

    def start(self, part: str) -> None:
        """Starts a part that does not run and waits until it does its work; PlaneError."""
        with self.log(part).open("ab") as log:
            self._processes[part] = subprocess.Popen(
                [*self.entering, *self._lines[part]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"HOME": str(self.directory), "PATH": os.environ["PATH"]},
                cwd=self.directory,
                start_new_session=True,  # an interrupt at the keyboard is for the test run, which then ends this
            )
        self.wait_until({ETCD: self._etcd_works, APISERVER: self._apiserver_works}.get(part, self._accounts_come), part)

    def kill(self, part: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends a part and waits for its end."""
        process = self._processes.pop(part)
        process.send_signal(number)
        process.wait(PATIENCE)

    def restart(self, part: str) -> None:
        """Kills a part and starts it again, on the same port and with the same data."""
        self.kill(part)
        self.start(part)

    def pause(self, part: str) -> None:
        """Stops a part in its tracks: its sockets stay open and nothing answers, until ``resume``."""
        self._processes[part].send_signal(signal.SIGSTOP)

    def resume(self, part: str) -> None:
        """Lets a paused part go on."""
        self._processes[part].send_signal(signal.SIGCONT)

    def pid(self, part: str) -> int:
        """The process id of a part that runs."""
        return self._processes[part].pid

    def log(self, part: str) -> Path:
        """What a part has to say."""
        return self.directory / f"{part}.log"

    @property
    def entering(self) -> tuple[str, ...]:
        """What stands before a command that is to reach the API server."""
        return self._place.entering

    def identity(self, name: str, *, user: str, group: str) -> Path:
        """A kubeconfig file with a certificate of that user of that group."""
        return self._commands.pair_kubeconfig(name, self._commands.authority.client(name, user=user, group=group))

    def write_kubeconfig(
        self, name: str, user: Mapping[str, Any], *, namespace: str = "default", server: str = ""
    ) -> Path:
        """A kubeconfig file for this plane, or for a proxy before it, in its directory; ``user`` as kubeconfigs have it."""
        return self._commands.kubeconfig(name, user, namespace=namespace, server=server)

    def wait_until(self, condition: Callable[[], bool], part: str = APISERVER) -> None:
        """Until that part has done something; PlaneError with the end of its log when it dies or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if self._processes[part].poll() is not None or time.monotonic() > deadline:
                tail = self.log(part).read_text(errors="replace")[-3000:]
                raise PlaneError(f"{part} does not work; the end of its log:\n{tail}")
            time.sleep(0.05)

    def close(self) -> None:
        """Kills every part and whatever else was started with a path of this plane, and removes its directory."""
        self.admin.close()
        reaper.dismiss(self._reaper, patience=PATIENCE)
        for process in self._processes.values():
            process.wait(PATIENCE)

    def _etcd_works(self) -> bool:
        # A port that only listens is too early: the API server would wait a second before it tries again.
        connection = http.client.HTTPConnection("127.0.0.1", self._commands.etcd_port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.sock = self._place.dial(("127.0.0.1", self._commands.etcd_port), 5)
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        return False

    def _apiserver_works(self) -> bool:
        return self.admin.answers("/readyz")

    def _accounts_come(self) -> bool:
        return self.admin.answers("/api/v1/namespaces/default/serviceaccounts/default")


def _free_ports() -> tuple[int, int, int]:
    """Ports nobody listens on, below those that the kernel gives to clients: a restarted part finds its port still free."""
    ports: set[int] = set()
    while len(ports) < 3:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            ports.add(port)
    first, second, third = ports
    return first, second, third
