"""Holding a data directory: opened once, locked against other agents, and known to be still the one that the path names.

The lock is a flock, so that it ends with the process however that ends. It knows nothing of syncs.
"""

from __future__ import annotations

import fcntl
import os
import stat
from typing import TYPE_CHECKING, TypeVar

from stoker.errors import DataDirectoryMissing, DirectoryBusy, StagingFailed
from stoker.sync.places import Places
from stoker.sync.protection import STATE
from stoker.sync.transaction import explain

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.files import Files

T = TypeVar("T")


class Hold:
    """One directory from construction to `close`. places: its opened folders."""

    def __init__(self, data: Path, files: Files) -> None:
        """Raises DataDirectoryMissing, DirectoryBusy, StagingFailed (its state folder cannot be made)."""
        self._data = data
        root = os.path.realpath(data)
        try:
            self.places = Places(root)
        except OSError as error:
            raise DataDirectoryMissing(
                f"data directory {data} cannot be used ({error.strerror}): mount it, or name the right one"
            ) from None
        try:
            if not self.places.is_directory(STATE):
                files.mkdir(self.places.spot(STATE), 0o700)
            self._lock = files.open_log(self.places.spot(f"{STATE}/lock"), 0o600)
        except OSError as error:
            self.places.close()
            raise StagingFailed(explain(error, f"making {root}/{STATE}")) from None
        if not stat.S_ISREG(os.fstat(self._lock).st_mode):
            self.close()
            raise StagingFailed(f"{root}/{STATE}/lock is no file of ours but a pipe or a device: move it away")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise DirectoryBusy(f"another agent works on {root}: stop it, or give this one its own directory") from None

    def displaced(self) -> bool:
        """Is what we hold no longer what the path names? Somebody removed the state folder, or mounted something else.

        Then every merge would fail for want of a folder, and another agent would find the directory free.
        """
        held = os.fstat(self._lock)
        try:
            there = os.stat(os.path.join(os.path.realpath(self._data), STATE, "lock"), follow_symlinks=False)
        except OSError:
            return True
        return not os.path.samestat(held, there)

    def still(self, found: T) -> T:
        """`found`, which was looked for by the directory's name; changes are made in the one that is held.

        Raises StagingFailed where these are two by now: what is missing here would be forgotten, or written, there.
        """
        if self.displaced():
            raise StagingFailed(
                f"data directory {self._data} was replaced during the sync: the next attempt takes it anew"
            )
        return found

    def close(self) -> None:
        """Let the directory go."""
        self.places.close()
        os.close(self._lock)
