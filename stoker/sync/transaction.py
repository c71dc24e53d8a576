"""What is durable before what: the life of a journal, from PREPARED to its removal, and every way it can end.

1. set live files aside, write the journal under its provisional name, flush all mounts;
2. PREPARED: rename the journal to its name, flush its folder. From here a start goes forward;
3. take the steps, append the manifest's block, flush all mounts;
4. remove the staging folders, then the journal.

A kill before 2 leaves leftovers that the next start removes; after 2 the next start repeats 3 and 4. An *error* in 3
turns the direction first (ABORT, durable), then everything is undone, the manifest cut back, and 4 ends it. An error in
undoing leaves the journal where it is: `unsettled` is set, and nothing else may run until `settle` succeeded.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from stoker.errors import JournalUnsettled, MergeFailed
from stoker.sync.aside import set_aside
from stoker.sync.journal import Journal, drop_provisional, read_journal
from stoker.sync.kept import prune
from stoker.sync.merge import Merge
from stoker.sync.mounts import Mounts
from stoker.sync.own import sync_state
from stoker.sync.paths import all_shown
from stoker.sync.report import Settlement
from stoker.sync.stage import StagingFolders

if TYPE_CHECKING:
    from stoker.sync.files import Files
    from stoker.sync.manifest import Manifest
    from stoker.sync.places import Places


OWED_NOTE = "comparison-owed"
"""The commit whose changes were merged before anything else was looked at; "" once everything was."""

_REMEDIES = {
    errno.ENOSPC: "free space on that volume",
    errno.EDQUOT: "raise the quota",
    errno.EACCES: "let this process's user write there",
    errno.EPERM: "let this process's user write there",
    errno.EROFS: "mount the volume writable",
    errno.EIO: "check the disk",
    errno.EFBIG: "map fewer files, or shorter destinations",
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP), "move away what stands there"),
}


def explain(error: OSError, doing: str) -> str:
    """One line for an error of the system: what failed, where, and what may help."""
    name = os.strerror(error.errno) if error.errno else str(error)
    where = f" at {error.filename!r}" if isinstance(error.filename, str) else ""
    return f"{doing}: {name}{where}: {_REMEDIES.get(error.errno or 0, 'the next attempt tries again')}"


class Transactions:
    """Runs journals over one data directory. `unsettled`: a journal is left, and `settle` must be called first."""

    def __init__(self, files: Files, places: Places, manifest: Manifest, *, keep_limit: int) -> None:
        self.unsettled = True  # until the first `settle` has looked
        self._files = files
        self._places = places
        self.manifest = manifest
        self._keep_limit = keep_limit
        self._prune_due = True
        self._kept_before = ""  # by the partial merge of the same sync

    def settle(self) -> Settlement | None:
        """Finish or undo what an earlier attempt left, and remove leftovers that no journal speaks for.

        Raises JournalUnsettled, StateUnreadable, OSError (leftovers).
        """
        self.unsettled = True
        self._places.forget()  # folders that a failed attempt had open may have been replaced since
        journal = read_journal(self._places)
        if journal is None:
            drop_provisional(self._files, self._places)
            self.manifest.drop_provisional()
            with StagingFolders(self._files, self._places, Mounts.read(self._places.root).tops) as folders:
                folders.remove()
            self.unsettled = False
            return None
        self._require_mounts(journal)
        with StagingFolders(self._files, self._places, journal.tops) as folders:
            # Past the manifest's block what was set aside may be gone: there is no way back any more.
            recorded = journal.forward and self.manifest.transaction == journal.transaction
            merge = Merge(journal, self._files, self._places, folders, recovering=True, recorded=recorded)
            error = self._forward(merge, folders) if journal.forward else None
            if error is not None and recorded:
                raise JournalUnsettled(explain(error, f"completing the merge in {self._places.root}"))
            if error is not None or not journal.forward:
                self._backward(merge, folders, error)
                self._finish(journal, folders)
                return Settlement("undone", journal.commit, journal.changed)
            self._finish(journal, folders)
        return Settlement("completed", journal.commit, journal.changed, all_shown(merge.kept))

    def run(self, journal: Journal) -> tuple[str, ...]:
        """Merge a staged journal; returns the paths of what was kept.

        Raises MergeFailed (the old state is live), JournalUnsettled (it is not known to be, or leftovers remain).
        """
        with StagingFolders(self._files, self._places, journal.tops) as folders:
            try:
                self._prepare(journal, folders)
            except (OSError, MergeFailed) as error:
                self._withdraw(journal, folders)
                if isinstance(error, MergeFailed):
                    raise
                raise MergeFailed(explain(error, f"preparing the merge in {self._places.root}")) from None
            self.unsettled = True
            merge = Merge(journal, self._files, self._places, folders, recovering=False)
            failed = self._forward(merge, folders)
            if failed is not None:
                self._backward(merge, folders, failed)
            self._finish(journal, folders)
            if failed is not None:
                raise MergeFailed(explain(failed, f"merging into {self._places.root} (undone)")) from None
        self._keep_house(journal, kept=bool(merge.kept))
        return all_shown(merge.kept)

    def _require_mounts(self, journal: Journal) -> None:
        """A volume that is not there now would look like one on which every step is done."""
        present = Mounts.read(self._places.root)
        missing = sorted(set(journal.tops) - set(present.tops))
        if missing and present.known:
            raise JournalUnsettled(
                f"the unfinished merge in {self._places.root} goes on at {missing[0]!r}, which is not mounted now: "
                "mount that volume again"
            )

    def _prepare(self, journal: Journal, folders: StagingFolders) -> None:
        set_aside(journal, self._files, self._places, folders)
        journal.manifest_size = self.manifest.size
        journal.write_aside(self._files, self._places)
        folders.flush()
        journal.prepare(self._files, self._places)

    def _withdraw(self, journal: Journal, folders: StagingFolders) -> None:
        """Clean up after a failure before, or exactly at, PREPARED; no step has been taken."""
        try:
            if journal.on_disk(self._places):
                self.unsettled = True
                journal.turn_back(self._files, self._places)
            drop_provisional(self._files, self._places)
            folders.remove()
            journal.drop(self._files, self._places)
            if not journal.forward:
                sync_state(self._files, self._places)
        except OSError as error:
            self.unsettled = True
            raise JournalUnsettled(explain(error, f"cleaning up in {self._places.root}")) from None
        self.unsettled = False

    def _forward(self, merge: Merge, folders: StagingFolders) -> OSError | None:
        """All steps, the manifest's block and the flush; the error that stopped it, if one did."""
        journal = merge.journal
        try:
            merge.forward()
            if self.manifest.transaction != journal.transaction:
                self.manifest.append(journal.delta(), durable=False)
            folders.flush()
        except OSError as error:
            return error
        return None

    def _backward(self, merge: Merge, folders: StagingFolders, cause: OSError | None) -> None:
        journal = merge.journal
        try:
            if journal.forward:
                journal.turn_back(self._files, self._places)
            merge.backward()
            self.manifest.cut(journal.manifest_size)
            folders.flush()
        except OSError as error:
            first = explain(cause, "the merge failed") + "; " if cause is not None else ""
            raise JournalUnsettled(first + explain(error, f"undoing it in {self._places.root}")) from None

    def _finish(self, journal: Journal, folders: StagingFolders) -> None:
        try:
            folders.remove()
            journal.drop(self._files, self._places)
            if not journal.forward:
                # One that came back after a power cut would cut off what the manifest learns from now on.
                sync_state(self._files, self._places)
        except OSError as error:
            raise JournalUnsettled(explain(error, f"ending the merge in {self._places.root}")) from None
        self.unsettled = False

    def _keep_house(self, journal: Journal, *, kept: bool) -> None:
        """Prune and compact. Neither is part of the sync: what fails here is tried again by the next one."""
        follows = journal.notes.get(OWED_NOTE) == ""  # it paid the comparison that a partial merge left to it
        before = self._kept_before if follows else ""
        if self._prune_due or kept:
            self._prune_due = kept or bool(before)  # what this sync kept is an earlier one's by the next
            with contextlib.suppress(OSError):
                prune(self._files, self._places, {journal.kept_name, before}, self._keep_limit)
        self._kept_before = journal.kept_name if journal.notes.get(OWED_NOTE) else ""
        if self.manifest.wants_compaction():
            with contextlib.suppress(OSError):
                self.manifest.compact()
