"""A small image of our own making, for pods that only must be there: busybox, and `pause` as the kubelet's sandboxes need it.

Written as the archive that `docker save` writes: three files in a tar, no engine and no registry.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any, Final

from tests.node.needs import BUSYBOX

if TYPE_CHECKING:
    from pathlib import Path

BOX: Final = "stoker.test/box:1"
"""Has /bin/sh and busybox's commands; never pulled. It ends at once when it is PID 1 and told to: see ``_COMMAND``."""
_COMMAND: Final = ["/bin/sleep", "2147483647"]
_LINKS: Final = ("sh", "sleep", "cat", "ls", "touch", "test", "wget", "nc", "id", "kill", "mkdir", "cp", "echo", "true")


def write_box(path: Path) -> Path:
    """The image's archive, at that path."""
    layer = _tar({"bin/busybox": BUSYBOX.read_bytes()}, links={f"bin/{name}": "busybox" for name in _LINKS})
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": _COMMAND, "Env": ["PATH=/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        }
    ).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [BOX], "Layers": ["layer.tar"]}]).encode()
    path.write_bytes(_tar({"layer.tar": layer, "config.json": config, "manifest.json": manifest}))
    return path


def _tar(files: dict[str, bytes], *, links: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            archive.addfile(_entry(name, size=len(content), mode=0o755), io.BytesIO(content))
        for name, target in (links or {}).items():
            archive.addfile(_entry(name, type=tarfile.SYMTYPE, linkname=target))
    return out.getvalue()


def _entry(name: str, **attributes: Any) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(entry, key, value)
    return entry
