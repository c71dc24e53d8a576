"""Staging: every new file is written in full, beside the live ones and on their mount, before any of those is touched.

Nothing here changes a live file. A failure leaves only staging folders, which are removed at once if possible and by
the next start in any case. Nothing is flushed file by file: one syncfs in the merge does it for all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING, Self

from stoker.errors import PlanInvalid
from stoker.sync.ahead import Ahead
from stoker.sync.emptying import empty
from stoker.sync.entry import Entry, as_written
from stoker.sync.files import Spot
from stoker.sync.grafts import GRAFT_FROM, by_folder, choose
from stoker.sync.mounts import Mounts, staging_folder
from stoker.sync.paths import ancestors
from stoker.sync.places import Places, make_folder
from stoker.sync.source import content_id
from stoker.values import Mutable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from stoker.sync.entry import Packed
    from stoker.sync.files import Files
    from stoker.sync.grafts import Graft
    from stoker.sync.journal import Delete, Journal, Put
    from stoker.sync.prepared import Prepared


class Staged(Mutable):
    """A prepared sync whose new files lie in the staging folders; merge it or abandon it."""

    prepared: Prepared
    journal: Journal


class StagingFolders:
    """The opened staging folders of the mounts that take part, by the index of the mount in `tops`."""

    def __init__(self, files: Files, places: Places, tops: Iterable[str]) -> None:
        """`tops`: mount tops relative to the data directory."""
        self._files = files
        self._places = places
        self._tops = tuple(tops)
        self._opened: dict[int, Places] = {}

    def make(self, mount: int) -> None:
        """Make the folder of one mount, unless it is there."""
        folder = staging_folder(self._tops[mount])
        if not self._places.is_directory(folder):
            self._files.mkdir(self._places.spot(folder), 0o700)

    def spot(self, mount: int, name: str) -> Spot:
        """A name in the folder of `mount`, or in one below it. Raises FileNotFoundError when its folder is gone."""
        inside = self._inside(mount)
        spot = inside.spot(name)
        return Spot(spot.parent, spot.name, f"{inside.root}/{name}")

    def look(self, mount: int, name: str) -> os.stat_result | None:
        """lstat of a staged name; None when it, or its folder, is gone."""
        try:
            return self._inside(mount).look(name)
        except FileNotFoundError:
            return None

    def opened(self, mount: int) -> int:
        """A descriptor of the folder of `mount` that is good for flushing, the caller's to close. Raises OSError."""
        return self._places.open_directory(staging_folder(self._tops[mount]))

    def alike(self, mount: int, folder: str) -> bool:
        """Does what is made here get the group and the rights that it would inherit in live `folder`? Raises OSError."""
        there = self._places.open_directory(folder)
        try:
            return _legacy(self._inside(mount).fd) == _legacy(there)
        finally:
            os.close(there)

    def flush(self) -> None:
        """Return when all mounts that take part are on the disk, the data directory's own last."""
        for top in reversed(self._tops):
            fd = self._places.open_directory(top)
            try:
                self._files.syncfs(fd, top or ".")
            finally:
                os.close(fd)

    def remove(self) -> None:
        """Remove the folders and all that is in them. Raises OSError."""
        self.close()
        for mount, top in enumerate(self._tops):
            folder = staging_folder(top)
            if not self._places.is_directory(folder):
                continue
            empty(self._files, self._inside(mount).fd, folder)
            self.close()
            self._files.rmdir(self._places.spot(folder))

    def close(self) -> None:
        """Close the descriptors."""
        for inside in self._opened.values():
            inside.close()
        self._opened.clear()

    def _inside(self, mount: int) -> Places:
        inside = self._opened.get(mount)
        if inside is None:
            folder = staging_folder(self._tops[mount])
            inside = self._opened[mount] = Places(folder, self._places.open_directory(folder))
        return inside

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def assign(prepared: Prepared, journal: Journal, mounts: Mounts) -> None:
    """Put the steps into the order in which they are taken, number them, and find the mount of each.

    Raises PlanInvalid for a file that is itself a mount: neither rename nor unlink can touch it.
    """
    journal.puts = sorted(prepared.puts, key=lambda put: (put.late, put.path))
    journal.deletes = sorted(prepared.deletes, key=lambda step: (not step.early, not step.late, step.path))
    journal.clears, journal.folders, journal.empties = prepared.clears, prepared.folders, prepared.empties
    journal.learnt = prepared.learnt | prepared.refreshed
    journal.forgotten = prepared.forgotten
    used: dict[str, int] = {"": 0}
    steps: list[Put | Delete] = [*journal.puts, *journal.deletes]
    for number, step in enumerate(steps):
        step.number = number
        top = mounts.tops[mounts.index(step.path)]
        if top == step.path:
            raise PlanInvalid(f"{top!r} in the data directory is a mount of its own and cannot be replaced: exclude it")
        step.mount = used.setdefault(top, len(used))
    journal.tops = tuple(used)


def stage(
    prepared: Prepared, journal: Journal, folders: StagingFolders, files: Files, graft_from: int = GRAFT_FROM
) -> None:
    """Write every new file of the journal's puts and fill in their entries. Raises OSError and the tree's errors.

    graft_from: files below a new folder from which on it is staged as a whole.
    """
    for mount in range(len(journal.tops)):
        folders.make(mount)
    journal.grafts = choose(journal, folders.alike, graft_from)
    grafted = by_folder(journal)
    at, inside = "", ""
    made: set[str] = set()
    # Staging is no matter of order; by path each folder of a graft is opened once.
    order = sorted(journal.puts, key=lambda put: put.path) if grafted else journal.puts
    with Ahead(folders) as ahead:
        for put in order:
            data, content, recipe = _render(prepared, put)
            folder, _, name = put.path.rpartition("/")
            if folder != at:
                at, inside = folder, _make_way(folder, folders, files, grafted, made)
            spot = folders.spot(put.mount, inside + name if inside else f"n{put.number}")
            found = _write(files, spot, data, put)
            put.entry = _entry(put, content, recipe, found)
            ahead.wrote(put.mount, len(data))


def _write(files: Files, spot: Spot, data: bytes, put: Put) -> os.stat_result:
    fd = files.create(spot, put.mode & 0o777)
    try:
        if data:
            files.write(fd, data, spot.path)
        found = os.fstat(fd)
        if stat.S_IMODE(found.st_mode) != put.mode or (put.uid, put.gid) not in ((-1, -1), _owner(found)):
            take_over(files, fd, put, spot.path)
    finally:
        os.close(fd)
    return found


def _make_way(folder: str, folders: StagingFolders, files: Files, grafted: dict[str, Graft], made: set[str]) -> str:
    """How the staged names of a folder's files begin, "" where it comes with no graft; it and those above it are made."""
    graft = grafted.get(folder)
    if graft is None:
        return ""
    for above in reversed([folder, *ancestors(folder)]):
        if above in grafted and above not in made:
            make_folder(files, folders.spot(graft.mount, graft.staged(above)), 0o755)
            made.add(above)
    return graft.staged(folder) + "/"


def take_over(files: Files, fd: int, put: Put, path: str) -> None:
    """Give the new file the owner and mode of the one it replaces, as far as this process may."""
    if put.uid != -1 and _owner(os.fstat(fd)) != (put.uid, put.gid):
        try:
            files.chown(fd, put.uid, put.gid, path)
        except OSError as error:
            if error.errno != errno.EPERM:
                raise
            # Only root may give files away; the group is what the data volume's fsGroup is about.
            with contextlib.suppress(PermissionError):
                files.chown(fd, -1, put.gid, path)
    files.chmod(fd, put.mode, path)


def _entry(put: Put, content: str, recipe: str, found: os.stat_result) -> Packed:
    plain = as_written(put.blob, found) if not recipe else b""
    return plain or Entry(put.blob.hex(), content, recipe, found.st_size, found.st_mtime_ns, found.st_ino)


def _render(prepared: Prepared, put: Put) -> tuple[bytes, str, str]:
    making = prepared.wanted.makings.get(put.path)
    if making is None:
        blob = put.blob.hex()
        return prepared.request.tree.read(blob), blob, ""
    data, recipe = prepared.maker.make(put.path, put.blob.hex(), making)
    return data, content_id(data, put.blob.hex()), recipe


def _legacy(fd: int) -> tuple[int, bytes]:
    """What an open folder hands down: its group, -1 for none, and the rights by default of an access list."""
    found = os.fstat(fd)
    try:
        rights = os.getxattr(fd, "system.posix_acl_default")
    except OSError:  # none, or a file system that has no such lists
        rights = b""
    return found.st_gid if found.st_mode & stat.S_ISGID else -1, rights


def _owner(found: os.stat_result) -> tuple[int, int]:
    return found.st_uid, found.st_gid
