"""An image's archive, as `docker save` writes it: its configuration, its layers laid over one another, its sizes.

Read here and not by a container engine: what the engine built is what is judged.
"""

from __future__ import annotations

import functools
import io
import json
import subprocess
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HIDES = ".wh."
"""A file of this name in a layer takes another out of the layers below."""


@dataclass(frozen=True)
class Archive:
    """One image in the file ``path``."""

    path: Path

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """What it says of itself: User, Cmd, Env, Labels."""
        document: dict[str, Any] = json.loads(self._member(self._manifest["Config"]))
        found: dict[str, Any] = document["config"]
        return found

    def unpack(self, root: Path) -> None:
        """Its file system into a directory that exists, with its owners: as root."""
        for layer in self._manifest["Layers"]:
            content = self._member(layer)
            command = ["tar", "--extract", "--numeric-owner", "--same-permissions", f"--directory={root}", "--file=-"]
            subprocess.run(command, input=content, check=True, timeout=120)
            for mark in list(root.rglob(f"{_HIDES}*")):
                hidden = mark.with_name(mark.name.removeprefix(_HIDES))
                subprocess.run(["rm", "-rf", "--one-file-system", mark, hidden], check=True, timeout=60)

    def sizes(self) -> tuple[int, int]:
        """Bytes of all files, as they are on a node, and of the layers as a registry sends them (gzip)."""
        layers = [self._member(layer) for layer in self._manifest["Layers"]]
        files = 0
        for layer in layers:
            with tarfile.open(fileobj=io.BytesIO(layer)) as content:
                files += sum(entry.size for entry in content)
        return files, sum(len(zlib.compress(layer, 6)) for layer in layers)

    @functools.cached_property
    def _manifest(self) -> dict[str, Any]:
        (one,) = json.loads(self._member("manifest.json"))
        return dict(one)

    def _member(self, name: str) -> bytes:
        with tarfile.open(self.path) as archive:
            found = archive.extractfile(name)
            assert found is not None, name
            return found.read()
