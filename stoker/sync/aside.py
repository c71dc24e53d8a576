"""Setting live files aside, and keeping other people's work: by a second name where links are served, else by a copy.

A second name costs no space and holds whatever is written into the file until the last moment. File systems that refuse
links (EPERM, EOPNOTSUPP, EMLINK, or EXDEV where a border was not seen) get a copy, flushed with everything else before
PREPARED.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from stoker.errors import MergeFailed
from stoker.sync.files import Spot
from stoker.sync.journal import Delete, Journal, Put, Signature
from stoker.sync.kept import ROOT, make_room

if TYPE_CHECKING:
    from stoker.sync.files import Files
    from stoker.sync.places import Places
    from stoker.sync.stage import StagingFolders

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EXDEV, errno.ENOSYS)
_CHUNK = 1024 * 1024


def set_aside(journal: Journal, files: Files, places: Places, folders: StagingFolders) -> None:
    """Give every file that will be replaced or deleted a second name in staging, before PREPARED.

    What changed since the comparison is recorded as it is now, and will be kept. Raises MergeFailed, OSError.
    """
    for put in journal.puts:
        if put.old is not None:
            put.old, put.keep = _one_aside(put, put.old, files, places, folders)
    remaining = []
    for step in journal.deletes:
        found, keep = _one_aside(step, step.old, files, places, folders)
        if found is not None:
            step.old, step.keep = found, keep
            remaining.append(step)
    journal.deletes = remaining


def _one_aside(
    step: Put | Delete, old: Signature, files: Files, places: Places, folders: StagingFolders
) -> tuple[Signature | None, bool]:
    try:
        live = places.spot(step.path)
        target = folders.spot(step.mount, f"o{step.number}")
        found = os.stat(live.name, dir_fd=live.parent, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            raise MergeFailed(f"{step.path!r} stopped being a regular file during the sync: the next sync plans anew")
        link_or_copy(files, live, target)
    except FileNotFoundError:
        return None, False
    except NotADirectoryError:
        raise MergeFailed(
            f"the folder of {step.path!r} was replaced during the sync: the next sync plans anew"
        ) from None
    if step.keep and step.mount:
        # kept/ is on the data directory's mount: a link cannot reach it, so the copy is made while copying is safe
        copy(files, live, folders.spot(0, f"k{step.number}"))
    now = Signature.of(found)
    return now, step.keep or now != old


def link_or_copy(files: Files, source: Spot, target: Spot) -> None:
    """Give `source` the second name `target`, or copy it where links are refused. Raises OSError."""
    try:
        files.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        copy(files, source, target)


def copy(files: Files, source: Spot, target: Spot) -> None:
    """Copy content, mode, owner (as far as allowed) and modification time; not flushed. Raises OSError."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        reading = os.open(source.name, flags, dir_fd=source.parent)
    except OSError as error:
        error.filename = source.path  # the name alone says little among a thousand files of that name
        raise
    try:
        found = os.fstat(reading)
        if not stat.S_ISREG(found.st_mode):  # a pipe or a device by now: there is no end to what it may hold
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), source.path)
        writing = files.create(target, 0o600)
        try:
            while chunk := os.read(reading, _CHUNK):
                files.write(writing, chunk, target.path)
            made = os.fstat(writing)
            if (made.st_uid, made.st_gid) != (found.st_uid, found.st_gid):
                _give(files, writing, found, target.path)
            files.chmod(writing, stat.S_IMODE(found.st_mode), target.path)
            files.set_mtime(writing, found.st_mtime_ns, target.path)
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def keep_now(files: Files, places: Places, path: str, kept: str) -> None:
    """Keep a live file that changed after PREPARED, beside what the plan keeps, before it goes. Raises OSError."""
    place = f"{ROOT}/{kept}/{path}.late"
    make_room(files, places, place.rpartition("/")[0])
    live = places.look(path)
    number = 0
    while (held := places.look(place)) is not None:
        if live is not None and (held.st_dev, held.st_ino) == (live.st_dev, live.st_ino):
            return  # kept by an attempt that was killed right after
        number += 1
        place = f"{ROOT}/{kept}/{path}.late{number}"
    folder = places.open_directory(place.rpartition("/")[0])
    try:
        link_or_copy(files, places.spot(path), Spot(folder, place.rpartition("/")[2], place))
    finally:
        os.close(folder)


def _give(files: Files, fd: int, found: os.stat_result, path: str) -> None:
    try:
        files.chown(fd, found.st_uid, found.st_gid, path)
    except OSError as error:
        if error.errno != errno.EPERM:
            raise
