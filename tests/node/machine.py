"""The namespaces of a node, and ways into them: for commands, and for sockets of the test's own."""

from __future__ import annotations

import ctypes
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

from tests.cluster import reaper
from tests.node import init

PATIENCE: Final = 60.0
_CLONE_NEWNET: Final = 0x40000000


class MachineError(Exception):
    """The namespaces cannot be made; the message is what their first process wrote."""


class Machine:
    """``directory`` holds all that the node keeps; its name is that of the node's cgroups."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="stoker-node-"))
        self.directory.chmod(0o755)
        self._waiting: list[subprocess.Popen[bytes]] = []
        self._reaper = reaper.employ(self.directory)
        # The kernel ends the child with unshare, and everything in the namespaces with the child.
        unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        first = [sys.executable, "-IS", init.__file__, str(self.directory), self.directory.name]
        self._unshare = subprocess.Popen(
            [*unshare, *first],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self._unshare.stdout is not None
        said = self._unshare.stdout.readline()
        if said != "ready\n":
            rest = self._unshare.stdout.read()
            self.close()
            raise MachineError(said + rest)
        (self.pid,) = children(self._unshare.pid)

    def inside(self, *, processes: bool) -> list[str]:
        """What stands before a command that is to see the node's network, or, with ``processes``, all that is the node's."""
        if processes:
            return ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid"]
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net"]

    def start(self, words: list[str], log: IO[bytes]) -> int:
        """Starts a process of the node; its process id here. Its parent, who waits for it, is nsenter."""
        waiting = subprocess.Popen(
            [*self.inside(processes=True), *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.directory,
            start_new_session=True,
        )
        self._waiting.append(waiting)
        return waiting.pid

    def dial(self, address: tuple[str, int], timeout: float | None = None) -> socket.socket:
        """A connection from within the node's network; OSError."""
        made = self.tcp()
        try:
            made.settimeout(timeout)
            made.connect(address)
        except BaseException:
            made.close()
            raise
        return made

    def tcp(self) -> socket.socket:
        """A TCP socket of the node's network, usable from any thread: a socket stays where it was made."""
        with ThreadPoolExecutor(1) as thread:  # a thread of its own, for it never comes back from there
            return thread.submit(self._made_inside).result(PATIENCE)

    def cut_power(self, *mounted: Path) -> None:
        """Ends every process in the namespaces but the first, and takes away what was mounted in memory: /run, which begins
        anew, and whatever is below these folders.
        """
        folders = "|".join(f"{folder}/" for folder in (Path("/run"), *mounted))
        # To -1: to all but the first process of the namespace and the one that says it.
        script = f"""
            kill -KILL -1
            awk '{{print $5}}' /proc/self/mountinfo | grep -E '^({folders})' | sort -r | xargs -r umount --lazy
            umount --lazy /run && mount -t tmpfs run /run"""
        command = [*self.inside(processes=True), "sh", "-ec", script]
        subprocess.run(command, check=True, timeout=PATIENCE)

    def close(self) -> None:
        """Ends all that runs there and removes the directory."""
        reaper.dismiss(self._reaper, patience=PATIENCE)
        self._unshare.wait(PATIENCE)
        for process in self._waiting:
            process.wait(PATIENCE)
        assert self._unshare.stdout is not None
        self._unshare.stdout.close()

    def _made_inside(self) -> socket.socket:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/proc/{self.pid}/ns/net").open("rb") as network:
            if libc.setns(network.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def children(pid: int) -> list[int]:
    """The processes that a single-threaded one has started and not yet buried."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def runs(pid: int) -> bool:
    """By its arguments: one that has ended and was not yet buried has none."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
