"""The first process of a node's namespaces: ``python init.py DIRECTORY NAME``, run by unshare(1) in new ones.

It makes the place (a private /run, addresses, cgroups, its own copies of the kernel's settings), says so in one line and
then only takes leave of orphans. When it dies the kernel ends every process of the node and drops every mount; that is
all the cleaning up there is, whoever was killed and how.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

SERVICES = "10.96.0.1"
"""Where pods find the API server; the range of Services begins there."""
NODE = "10.97.0.1"
KERNEL = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops")
KERNEL_KEYS = ("kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes")


def run(*words: str) -> None:
    """A command that must succeed."""
    subprocess.run(words, check=True, timeout=30)


def own_mounts(directory: Path) -> None:
    """What programs insist to write below /run and /var stays in the directory, or goes with the namespace."""
    run("mount", "-t", "tmpfs", "run", "/run")
    images = directory / "containerd"  # thousands of files, which take longer to write and to remove than to use
    images.mkdir()
    run("mount", "-t", "tmpfs", "images", str(images))
    for place in (Path("/var/log"), Path("/var/lib/cni")):
        private = directory / place.name
        private.mkdir()
        place.mkdir(exist_ok=True)
        run("mount", "--bind", str(private), str(place))


def own_settings(directory: Path) -> None:
    """The kubelet sets these for the whole kernel: it shall set files of ours."""
    for name in (*KERNEL, *KERNEL_KEYS):
        setting, copy = Path("/proc/sys", name), directory / name.replace("/", ".")
        shutil.copyfile(setting, copy)
        run("mount", "--bind", str(copy), str(setting))


def own_network() -> None:
    """The loopback has the API server's address and the node's too: not every kernel has a device for it that leads nowhere."""
    run("ip", "link", "set", "lo", "up")
    for address in (SERVICES, NODE):
        run("ip", "address", "add", f"{address}/32", "dev", "lo")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")


def own_cgroups(name: str) -> None:
    """One in every hierarchy, under which the kubelet puts the pods."""
    root = Path("/sys/fs/cgroup")
    hierarchies = (
        [root] if (root / "cgroup.controllers").exists() else [each for each in root.iterdir() if each.is_dir()]
    )
    for hierarchy in hierarchies:
        if hierarchy.is_symlink():
            continue
        mine = hierarchy / name
        mine.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):  # of the older kind, which begins empty
            if (hierarchy / "tasks").exists() and (mine / setting).exists():
                (mine / setting).write_text((hierarchy / setting).read_text(encoding="ascii"), encoding="ascii")


def main(directory: Path, name: str) -> None:
    """Never returns."""
    own_mounts(directory)
    own_settings(directory)
    own_network()
    own_cgroups(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel then buries orphans by itself
    print("ready", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
