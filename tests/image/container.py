"""Processes in the image's file system by runc, as a kubelet has them: uid 2003 without an entry in passwd, read-only root.

On the network of the machine, so that a plane on its loopback interface is theirs too. Whatever becomes of the test run,
they end with it: the reaper of ``tests.cluster`` knows them by the directory that is in their environment.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.cluster import reaper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.image.archive import Archive

UID: Final = 2003
"""The gateway's, in the official chart."""
BOUND: Final = 60.0
_numbers = itertools.count(1)


class Engine:
    """One unpacked image, and the containers made of it."""

    def __init__(self, archive: Archive) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="stoker-image-"))
        self._reaper = reaper.employ(self.directory)
        self.root = self.directory / "root"
        self.root.mkdir()
        self.archive = archive
        archive.unpack(self.root)

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """The ended process, whatever its code; ``options`` as of ``Container``."""
        container = Container(self, words, **options)
        try:
            out, err = container.process.communicate(timeout=BOUND)
        finally:
            container.close()
        return subprocess.CompletedProcess(words, container.process.returncode, out, err)

    def close(self) -> None:
        """Ends every process and removes the directory."""
        reaper.dismiss(self._reaper, patience=BOUND)


class Container:
    """``words`` as PID 1 of a container; ``process`` is runc's, whose exit code is theirs.

    ``mounts``: what is seen where, read-only. ``writable``: the same, for data. ``memory``: the most that it may have, in bytes.
    """

    def __init__(
        self,
        engine: Engine,
        words: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        mounts: Mapping[str, Path] | None = None,
        writable: Mapping[str, Path] | None = None,
        memory: int = 0,
    ) -> None:
        self.name = f"{engine.directory.name}-{next(_numbers)}"
        bundle = engine.directory / self.name
        bundle.mkdir()
        environment = dict(each.split("=", 1) for each in engine.archive.config["Env"])
        environment |= {"STOKER_TEST": str(engine.directory)} | dict(env or {})
        binds = [_bind(*each, "ro") for each in (mounts or {}).items()]
        binds += [_bind(*each, "rw") for each in (writable or {}).items()]
        spec = _spec(engine.root, words, environment, binds)
        if memory:
            spec["linux"]["resources"] = {"memory": {"limit": memory}}
        (bundle / "config.json").write_text(json.dumps(spec), encoding="utf-8")
        self._runc = ["runc", f"--root={engine.directory}/runc"]
        self.process = subprocess.Popen(
            [*self._runc, "run", f"--bundle={bundle}", self.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def signal(self, name: str) -> None:
        """To PID 1, as a kubelet does it."""
        subprocess.run([*self._runc, "kill", self.name, name], check=True, timeout=BOUND)

    def close(self) -> None:
        """At the end of a test, whatever its state."""
        subprocess.run([*self._runc, "delete", "--force", self.name], check=False, capture_output=True, timeout=BOUND)
        if self.process.poll() is None:
            self.process.wait(BOUND)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def _bind(destination: str, source: Path, mode: str) -> dict[str, Any]:
    return {"destination": destination, "type": "bind", "source": str(source), "options": ["rbind", mode, "nosuid"]}


def _spec(
    root: Path, words: Sequence[str], environment: Mapping[str, str], binds: list[dict[str, Any]]
) -> dict[str, Any]:
    own = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
    mounts: list[dict[str, Any]] = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "nodev", "mode=1777"]},
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "ro"]},
        {"destination": "/tmp", "type": "tmpfs", "source": "tmp", "options": ["nosuid", "nodev", "mode=1777"]},
    ]
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": UID, "gid": UID},
            "args": list(words),
            "env": [f"{key}={value}" for key, value in environment.items()],
            "cwd": "/",
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "hostname": "container",
        "mounts": [*mounts, *binds],
        "linux": {"namespaces": own},
    }
