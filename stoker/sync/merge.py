"""The steps of a merge, forward and backward, each of which may be taken again after a kill at any instant.

Forward: clear what stands in the way, lift large new folders (`grafts`), make the others, put payloads, put late files,
delete (late files first, so that no resource is seen without its parts), remove folders left empty, move what is kept.
Backward restores from what was set aside. A step is recognised as done by what it left: a staged name that is gone was
put; a live name that is gone was deleted. A live file is replaced by rename, so there is no moment without it, and deleted
only while it is the very file that the journal names; anything else that somebody put there meanwhile is kept before it is
overwritten.

Which direction, and when the merge is over, is the engine's to say; OSError leaves here untranslated.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING

from stoker.sync.aside import keep_now, link_or_copy
from stoker.sync.entry import inode_of
from stoker.sync.files import Spot
from stoker.sync.grafts import Graft, by_folder, staged_name
from stoker.sync.journal import Delete, Journal, Put, Signature
from stoker.sync.kept import ROOT, drop_empty, make_room
from stoker.sync.paths import ancestors
from stoker.sync.places import make_folder

if TYPE_CHECKING:
    from stoker.sync.files import Files
    from stoker.sync.places import Places
    from stoker.sync.stage import StagingFolders

_STAYS = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.EBUSY)


class Merge:
    """The execution of one journal. `kept`: paths of what was kept, complete when `forward` has returned."""

    def __init__(
        self,
        journal: Journal,
        files: Files,
        places: Places,
        folders: StagingFolders,
        *,
        recovering: bool,
        recorded: bool = False,
    ) -> None:
        """recovering: an earlier attempt may have taken some of the steps. recorded: it came as far as the manifest.

        What was set aside may be gone by then, so `backward` is not to be called on a recorded merge.
        """
        self.journal = journal
        self.kept = {step.path for step in journal.steps if step.keep}
        self._files = files
        self._places = places
        self._folders = folders
        self._recovering = recovering
        self._recorded = recorded
        self._fresh: set[str] = set()
        self._grafted = by_folder(journal)
        self._lifted: set[int] = set()  # the numbers of the grafts that are live as a whole

    def forward(self) -> None:
        """Take every step that is not taken yet. Raises OSError."""
        journal = self.journal
        for step in journal.deletes:
            if step.early:
                self._delete(step)
        for folder, _ in journal.clears:
            self._remove_folder(folder, must=not self._recorded)
        self._places.forget()
        for graft in journal.grafts:
            self._lift(graft)
        for folder in journal.folders:
            if not self._came(folder) and self._make_folder(folder, 0o755):
                self._fresh.add(folder)
        for put in journal.puts:
            if not self._came(put.path.rpartition("/")[0]):
                self._put(put)
        for step in journal.deletes:
            if not step.early:
                self._delete(step)
        for folder, _ in journal.empties:
            self._remove_folder(folder, must=False)
        self._places.forget()
        self._move_kept()

    def backward(self) -> None:
        """Undo every step that was taken. Raises OSError."""
        journal = self.journal
        self._places.forget()
        for put in reversed(journal.puts):
            if put.old is None:
                self._withdraw(put)
        for folder in reversed(journal.folders):
            self._remove_folder(folder, must=False)
        self._places.forget()
        for folder, mode in [*reversed(journal.clears), *reversed(journal.empties)]:
            self._make_folder(folder, mode)
        for late in (False, True):
            for step in journal.steps:
                if step.late == late and step.old is not None:
                    self._restore(step)
        for step in journal.steps:
            if step.mount and self._places.look(self._place(step)) is not None:
                self._files.unlink(self._places.spot(self._place(step)))  # a copy of what is live again
        drop_empty(self._files, self._places, journal.kept_name)

    # --- forward -------------------------------------------------------------------------------------------------

    def _lift(self, graft: Graft) -> None:
        """Make a graft live in one step. Where that cannot be, for whatever reason, nothing has changed, and its folders and
        files are left to the steps that follow.
        """
        staged = self._folders.look(graft.mount, graft.staged(graft.folder))
        if staged is None:
            if self._recovering:
                self._lifted.add(graft.number)  # before the kill; what is live now came after it
            return
        if self._recovering or not stat.S_ISDIR(staged.st_mode) or self._places.look(graft.folder) is not None:
            return
        with contextlib.suppress(OSError):  # somebody was quicker, or this file system does not move folders
            source = self._folders.spot(graft.mount, graft.staged(graft.folder))
            self._files.rename(source, self._places.spot(graft.folder))
            self._lifted.add(graft.number)

    def _came(self, folder: str) -> bool:
        """Is this folder live with its graft?"""
        graft = self._grafted.get(folder) if self._lifted else None
        return graft is not None and graft.number in self._lifted

    def _put(self, put: Put) -> None:
        staged = staged_name(put, self._grafted)
        inode = inode_of(put.entry) if put.entry is not None else 0
        live = self._places.spot(put.path)
        if self._recovering or put.path.rpartition("/")[0] not in self._fresh:
            found = _look(live)
            if found is not None and found.st_ino != inode and Signature.of(found) != put.old:
                if self._folders.look(put.mount, staged) is None:
                    return  # put before the kill; what is live now came after it
                self._keep(put.path)
                live = self._places.spot(put.path)
        try:
            self._files.rename(self._folders.spot(put.mount, staged), live)
        except FileNotFoundError:
            if not self._recovering or self._folders.look(put.mount, staged) is not None:
                raise

    def _delete(self, step: Delete) -> None:
        found = self._places.look(step.path)
        if found is None or found.st_ino != step.old.inode:
            return  # gone already, or another file by now: not ours to delete
        if self._recovering and self._folders.look(step.mount, f"o{step.number}") is None:
            return  # deleted before the kill; its inode number has a new owner
        if Signature.of(found) != step.old:
            self._keep(step.path)
        self._files.unlink(self._places.spot(step.path))

    def _keep(self, path: str) -> None:
        keep_now(self._files, self._places, path, self.journal.kept_name)
        self.kept.add(path)

    def _move_kept(self) -> None:
        for step in self.journal.steps:
            if not (step.keep or self._written_meanwhile(step)):
                continue
            copied = step.keep and step.mount
            mount, name = (0, f"k{step.number}") if copied else (step.mount, f"o{step.number}")
            if self._folders.look(mount, name) is None:
                continue
            place = self._place(step)
            make_room(self._files, self._places, place.rpartition("/")[0])
            if mount == 0:
                self._files.rename(self._folders.spot(mount, name), self._places.spot(place))
            else:
                if self._places.look(place) is not None:  # a kill may have left half of it
                    self._files.unlink(self._places.spot(place))
                link_or_copy(self._files, self._folders.spot(mount, name), self._places.spot(place))
            self.kept.add(step.path)

    def _written_meanwhile(self, step: Put | Delete) -> bool:
        """Did somebody write into the old file between the last look at it and the moment it lost its name?"""
        found = self._folders.look(step.mount, f"o{step.number}") if step.old is not None else None
        if found is None or step.old is None or found.st_ino != step.old.inode:
            return False  # nothing was set aside, or a copy of it
        return Signature.of(found) != step.old and step.path not in self.kept

    def _place(self, step: Put | Delete) -> str:
        """Where `_move_kept` puts what a step keeps."""
        return f"{ROOT}/{self.journal.kept_name}/{step.path}"

    # --- backward ------------------------------------------------------------------------------------------------

    def _withdraw(self, put: Put) -> None:
        found = self._places.look(put.path)
        if found is not None and put.entry is not None and found.st_ino == inode_of(put.entry):
            self._files.unlink(self._places.spot(put.path))

    def _restore(self, step: Put | Delete) -> None:
        found = self._places.look(step.path)
        if found is not None and not (isinstance(step, Put) and step.entry and found.st_ino == inode_of(step.entry)):
            return
        for above in reversed(ancestors(step.path)):
            self._make_folder(above, 0o755)
        if self._folders.look(step.mount, f"o{step.number}") is not None:
            source = self._folders.spot(step.mount, f"o{step.number}")
            self._files.rename(source, self._places.spot(step.path))
            return
        place = self._place(step)
        if not step.mount and self._places.look(place) is not None:
            folder = self._places.open_directory(place.rpartition("/")[0])
            try:
                source = Spot(folder, place.rpartition("/")[2], place)
                self._files.rename(source, self._places.spot(step.path))
            finally:
                os.close(folder)

    # --- folders -------------------------------------------------------------------------------------------------

    def _make_folder(self, folder: str, mode: int) -> bool:
        """Was it missing? Then nobody else has put anything there."""
        found = self._places.look(folder)
        if found is not None and stat.S_ISDIR(found.st_mode):
            return False
        make_folder(self._files, self._places.spot(folder), mode)
        return True

    def _remove_folder(self, folder: str, *, must: bool) -> None:
        found = self._places.look(folder)
        if found is None or not stat.S_ISDIR(found.st_mode):
            return  # cleared before the kill, and the file that wants its place may be there
        try:
            self._files.rmdir(self._places.spot(folder))
        except OSError as error:
            if must or error.errno not in _STAYS:
                raise


def _look(spot: Spot) -> os.stat_result | None:
    try:
        return os.stat(spot.name, dir_fd=spot.parent, follow_symlinks=False)
    except FileNotFoundError:
        return None
