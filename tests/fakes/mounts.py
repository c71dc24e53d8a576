"""Real mounts for a test, in a forked child with a mount namespace of its own, so that none outlives it.

Needs root, or a kernel that lets an ordinary user make user namespaces; where neither holds the test fails and says what
to do, because a border between two mounts cannot be had any other way.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.torture.mortal import FINISHED, in_child

if TYPE_CHECKING:
    from collections.abc import Callable

_NEWNS, _NEWUSER = 0x00020000, 0x10000000
_RDONLY, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
_libc = ctypes.CDLL(None, use_errno=True)
_REMEDY = (
    "this test needs mounts of its own: run it as root (in a container with --cap-add SYS_ADMIN), let users make "
    "namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), or leave it "
    "out knowingly with ARGS='-m \"not torture and not mounts\"'"
)


def with_mounts(run: Callable[[], None]) -> None:
    """Runs ``run`` in a child that may call the functions below; fails when it fails there."""

    def inside() -> None:
        enter_namespace()
        run()

    assert in_child(inside) == FINISHED, "the child failed: its traceback is above"


def tmpfs(at: Path, *, size: str = "64m") -> None:
    """An empty file system of its own."""
    _mount("tmpfs", at, "tmpfs", 0, f"size={size}")


def bind(source: Path, at: Path) -> None:
    """The same file system once more, as another mount."""
    _mount(str(source), at, "", _BIND, "")


def read_only(at: Path) -> None:
    """A mount, made read-only."""
    _mount("", at, "", _BIND | _REMOUNT | _RDONLY, "")


def unmount(at: Path) -> None:
    """Take the topmost mount away."""
    _checked(_libc.umount2(os.fsencode(at), 0), f"unmounting {at}")


def _mount(source: str, at: Path, kind: str, flags: int, options: str) -> None:
    done = _libc.mount(os.fsencode(source), os.fsencode(at), kind.encode(), flags, options.encode())
    _checked(done, f"mounting {kind or source} at {at}")


def enter_namespace() -> None:
    """Give this process a mount namespace of its own. Raises OSError, saying what is needed."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_NEWNS) != 0:
        _checked(_libc.unshare(_NEWNS | _NEWUSER), "making a mount namespace")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    _checked(_libc.mount(b"", b"/", b"", _REC | _PRIVATE, b""), "making mounts private")


def _checked(result: int, doing: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}. {_REMEDY}")
