"""What the gateway does when it scans one of its two trees: hash what changed, rewrite wrong signatures, note half-writes.

A resource whose resource.json carries another signature than its files give was edited outside the gateway, and is
rewritten with the actor "external"; what lies in the collection ``external`` is read-only for the gateway. Blocking.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stoker.standalone.simulator.clock import iso
from stoker.standalone.simulator.manifests import MANIFEST, Broken, Resource, Stamp, read, stamp_of
from stoker.standalone.simulator.signature import SIGNATURE, claimed, signature
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.standalone.simulator.knobs import Kind

OWN_FOLDER: Final = ".resources"
READ_ONLY: Final = Path("config/resources/external")
TOPS: Final[dict[Kind, str]] = {"projects": "projects", "config": "config/resources"}


class Seen(Mutable):
    """One scan. Paths are relative to the data directory."""

    resources: int = 0
    half_written: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)


class _Good(NamedTuple):
    """A resource as it was when its signature was last right."""

    signature: str
    digests: dict[str, str]


class _Suspect(NamedTuple):
    """A resource as it was when its signature was wrong: what came next may tell whether two commits were mixed."""

    manifest: dict[str, Any]
    digests: dict[str, str]
    ours: str | None = None  # the signature that the gateway itself then wrote


class Tree:
    """The memory of one tree: what was whole when it was last hashed, and what was suspect."""

    def __init__(self, data: Path, kind: Kind) -> None:
        self._data = data
        self._top = data / TOPS[kind]
        self._known: dict[Path, dict[str, Stamp]] = {}
        self._suspects: dict[Path, _Suspect] = {}
        self._good: dict[Path, _Good] = {}

    def scan(self, milliseconds: int, *, own_folders: bool = True) -> Seen:
        """Scan it; ``milliseconds``: the gateway's time, for what it rewrites."""
        seen = Seen()
        met: set[Path] = set()
        for folder in self._folders():
            met.add(folder)
            seen.resources += 1
            if not self._unchanged(folder):
                self._look(folder, milliseconds, seen)
        for gone in self._known.keys() - met:
            del self._known[gone]
            self._suspects.pop(gone, None)
            self._good.pop(gone, None)
        for place in self._places():
            self._check_project(place, seen)
            if own_folders:
                self._own_folder(place, seen)
        return seen

    def _folders(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self._top):
            folders[:] = sorted(name for name in folders if name != OWN_FOLDER)
            if MANIFEST in names:
                yield Path(folder)

    def _places(self) -> list[Path]:
        """The projects or collections."""
        try:
            return sorted(path for path in self._top.iterdir() if path.is_dir() and path.name != OWN_FOLDER)
        except FileNotFoundError:
            return []

    def _unchanged(self, folder: Path) -> bool:
        known = self._known.get(folder)
        return known is not None and all(stamp_of(folder / name) == stamp for name, stamp in known.items())

    def _look(self, folder: Path, milliseconds: int, seen: Seen) -> None:
        found = read(folder)
        self._known.pop(folder, None)
        if found is None:
            return
        name = self._name(folder)
        if isinstance(found, Broken):
            seen.half_written.append(f"{name}: {found.trouble}")
            return
        right = signature(found.manifest, found.payloads)
        self._judge_past(folder, found, right, seen)
        if claimed(found.manifest) == right:
            self._known[folder], self._good[folder] = found.stamps, _Good(right, found.digests())
            return
        self._suspects[folder] = suspect = _Suspect(found.manifest, found.digests())
        if folder.is_relative_to(self._data / READ_ONLY):
            self._known[folder] = found.stamps
            return
        manifest = _signed_as_external(found, milliseconds)
        try:
            stamp = _replace(folder, manifest, found.stamps[MANIFEST])
        except OSError as error:
            seen.unwritable.append(f"{name}: {error.strerror}")
            return
        if stamp is not None:
            self._suspects[folder] = suspect._replace(ours=claimed(manifest))
            self._known[folder] = {**found.stamps, MANIFEST: stamp}
            seen.rewritten.append(f"{name}/{MANIFEST}")

    def _judge_past(self, folder: Path, now: Resource, right: str, seen: Seen) -> None:
        """Did the last look meet payloads and resource.json of two commits? What is there now tells.

        Early is a resource.json whose files came after it: those that lay there were still the old ones, or the right
        ones already. Others were somebody's edit, which was taken back.
        """
        past = self._suspects.pop(folder, None)
        if past is None:
            return
        good, digests = self._good.get(folder), now.digests()
        if past.digests == digests:
            if claimed(now.manifest) == right != past.ours:
                seen.mixed.append(self._name(folder))
        elif (
            good is not None
            and claimed(past.manifest) == signature(past.manifest, now.payloads) != good.signature
            and all(digest in {good.digests.get(name), digests.get(name)} for name, digest in past.digests.items())
        ):
            seen.half_written.append(f"{self._name(folder)}: its resource.json was there before its files")

    def _check_project(self, place: Path, seen: Seen) -> None:
        try:
            json.loads((place / "project.json").read_bytes())
        except FileNotFoundError:
            return
        except (ValueError, RecursionError):
            seen.half_written.append(f"{self._name(place)}: its project.json is no JSON")

    def _own_folder(self, place: Path, seen: Seen) -> None:
        """The gateway's own folder in a project or collection, which whoever made that directory must allow."""
        try:
            (place / OWN_FOLDER).mkdir(exist_ok=True)
            blob = place / OWN_FOLDER / hashlib.sha256(place.name.encode()).hexdigest()
            if not blob.exists():
                blob.write_bytes(b"")
        except OSError as error:
            seen.unwritable.append(f"{self._name(place)}/{OWN_FOLDER}: {error.strerror}")

    def _name(self, folder: Path) -> str:
        return folder.relative_to(self._data).as_posix()


def _signed_as_external(found: Resource, milliseconds: int) -> dict[str, Any]:
    """The manifest as the gateway writes it for what is there: an edit from outside, signed."""
    given = found.manifest.get("attributes")
    attributes = dict(given) if isinstance(given, dict) else {}
    attributes["lastModification"] = {"actor": "external", "timestamp": iso(milliseconds)}
    manifest = {**found.manifest, "attributes": attributes}
    attributes[SIGNATURE] = signature(manifest, found.payloads)
    return manifest


def _replace(folder: Path, manifest: dict[str, Any], read_as: Stamp) -> Stamp | None:
    """Put it in place of the one that was read; None when somebody else replaced that meanwhile."""
    new = folder / f"{MANIFEST}.tmp"
    new.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if stamp_of(folder / MANIFEST) != read_as:
        new.unlink()
        return None
    os.replace(new, folder / MANIFEST)
    return stamp_of(folder / MANIFEST)
