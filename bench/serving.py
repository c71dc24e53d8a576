"""What the sections are served by: the XL and M samples in repacked bare repositories, git daemon, a simulated gateway."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.peers import git
from stoker.standalone.demo.edits import edit, editable
from stoker.standalone.demo.repository import Repository
from stoker.standalone.samples import Size, write_sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Served:
    """One sample repository and its URL on the daemon."""

    repository: Repository
    url: str
    files: int
    commit: str
    changed: int = 0

    def change_one(self) -> str:
        """Commits a change of another file than last time; the hash."""
        paths = editable(self.repository.work / "projects")
        edit(paths[self.changed * 37 % len(paths)], f"bench {self.changed}")
        self.changed += 1
        self.commit = self.repository.commit("one file")
        return self.commit


def make(base: Path, served: Path, size: Size, root: str) -> Served:
    """A sample of ``size`` in a bare repository below ``served``, packed as a host would have packed it."""
    repository = Repository(served / f"{size}.git", base / f"work-{size}")
    repository.create()
    files = write_sample(repository.work, size)
    commit = repository.commit("first")
    git(repository.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(repository.bare, "repack", "-qad")
    return Served(repository, f"{root}/{size}.git", files, commit)


@contextlib.contextmanager
def daemon(base: Path) -> Iterator[str]:
    """``git daemon`` over ``base``; its URL."""
    port = free_port()
    command = ["git", "daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", f"--port={port}"]
    with subprocess.Popen([*command, f"--base-path={base}"], stderr=subprocess.DEVNULL) as server:
        try:
            until_open(port)
            yield f"git://127.0.0.1:{port}"
        finally:
            server.terminate()


@contextlib.contextmanager
def gateway(data: Path) -> Iterator[str]:
    """A simulated gateway over ``data`` that takes any key; its URL."""
    port = free_port()
    command = [sys.executable, "-m", "stoker", "simulator", "--port", str(port), "--data-dir", str(data)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            until_open(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until_open(port: int) -> None:
    """Returns when something listens there."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def memory(pid: int) -> dict[str, int]:
    """VmRSS, RssAnon, VmHWM … of a process, in bytes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        found = (line.split() for line in status if line.startswith(("Vm", "Rss")))
        return {words[0].rstrip(":"): int(words[1]) * 1024 for words in found}


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def disk(folder: Path) -> int:
    """Bytes allocated below a folder."""
    found = (os.lstat(os.path.join(above, name)) for above, _, names in os.walk(folder) for name in names)
    return sum(state.st_blocks * 512 for state in found)


def manifests(target: Path, *, url: str, data: Path, gateway: str, interval: str = "1h") -> Path:
    """A manifests file for one gateway."""
    text = {
        "secret": {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "ignition-api"},
            "stringData": {"apiKey": "bench:key"},
        },
        "resource": {
            "apiVersion": "stoker.io/v1alpha1",
            "kind": "GatewaySync",
            "metadata": {"name": "plant"},
            "spec": {
                "git": {"repo": url, "ref": "main"},
                "polling": {"interval": interval},
                "gateway": {"api": {"secretName": "ignition-api"}},
                "sync": {"profiles": {"default": {"mappings": [{"source": "projects", "destination": "projects"}]}}},
            },
        },
        "pod": {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "line-1", "annotations": {"stoker.io/gateway-url": gateway}},
            "spec": {"volumes": [{"name": "ignition-data", "hostPath": {"path": str(data)}}]},
        },
    }
    target.write_text("\n---\n".join(json.dumps(document) for document in text.values()), encoding="utf-8")
    return target
