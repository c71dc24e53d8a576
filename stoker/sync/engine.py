"""The engine: one data directory, held under a lock; settle, prepare, stage, merge.

It says who may begin what, and turns the errors of the system into ours; how a merge is made durable is in `transaction`.
All methods block and are called from one thread at a time. Kept open between syncs it keeps the manifest in memory and
remembers what of the live directory needs no second look.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from stoker.errors import JournalUnsettled, StagingFailed, StokerError
from stoker.sync.comparing import Comparer
from stoker.sync.files import Files
from stoker.sync.grafts import GRAFT_FROM
from stoker.sync.guard import USED_NOTE
from stoker.sync.hold import Hold
from stoker.sync.journal import Journal
from stoker.sync.kept import KEEP_LIMIT, ROOT, kept_name
from stoker.sync.manifest import COMPACT_SLACK, Delta, Manifest
from stoker.sync.manifest import NAME as MANIFEST
from stoker.sync.mounts import Mounts
from stoker.sync.report import Settlement, SyncResult
from stoker.sync.stage import Staged, StagingFolders, assign, stage
from stoker.sync.transaction import OWED_NOTE, Transactions, explain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.sync.places import Places
    from stoker.sync.plan import SyncRequest
    from stoker.sync.prepared import Prepared
    from stoker.sync.protection import Protection


def _utc_now() -> datetime:
    return datetime.now(UTC)


PARTIAL_FROM = 2000
"""Wanted files from which on a new commit's own changes are worth a merge before everything is compared."""


class Engine:
    """See the module. Between `open` and `close` no other engine works on the directory."""

    def __init__(
        self,
        data: Path,
        *,
        protection: Protection,
        files: Files | None = None,
        keep_limit: int = KEEP_LIMIT,
        compact_slack: int = COMPACT_SLACK,
        partial_from: int = PARTIAL_FROM,
        graft_from: int = GRAFT_FROM,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """data: the data directory. keep_limit: bytes of kept files of earlier syncs.

        compact_slack: records of history that the manifest may carry beyond its entries. partial_from: wanted files
        from which on `prepare_news` answers. graft_from: see `stage`. now: aware UTC time.
        """
        self._data = data
        self._protection = protection
        self._files = files if files is not None else Files()
        self._keep_limit = keep_limit
        self._compact_slack = compact_slack
        self._partial_from = partial_from
        self._graft_from = graft_from
        self._now = now
        self._held: Hold | None = None
        self._comparer: Comparer | None = None
        self._transactions: Transactions | None = None

    # --- holding the directory -----------------------------------------------------------------------------------

    def open(self) -> None:
        """Take the directory. Raises DataDirectoryMissing, DirectoryBusy, StagingFailed (its state cannot be made)."""
        self._held = Hold(self._data, self._files)
        self._comparer = Comparer(self._held.places.root, self._protection)

    def displaced(self) -> bool:
        """Is what we hold no longer what the path names?"""
        return self._hold().displaced()

    def close(self) -> None:
        """Let the directory go. Safe to call twice."""
        if self._transactions is not None:
            self._transactions.manifest.close()
        if self._held is not None:
            self._held.close()
        self._held = self._comparer = self._transactions = None

    def settle(self) -> Settlement | None:
        """Finish what a killed or failed merge left, forward or backward; None when there was nothing.

        To be called after `open`, and again after JournalUnsettled. Raises JournalUnsettled, StateUnreadable, StagingFailed.
        """
        places = self._places
        try:
            if self._transactions is None:
                manifest = Manifest(self._files, places, compact_slack=self._compact_slack)
                self._transactions = Transactions(self._files, places, manifest, keep_limit=self._keep_limit)
            return self._transactions.settle()
        except OSError as error:
            raise StagingFailed(explain(error, f"settling {places.root}")) from None

    def has_gateway(self) -> bool:
        """Does the directory hold a gateway already: our own manifest, or one of the markers? Raises StagingFailed."""
        root = Path(self._places.root)
        try:
            if (root / MANIFEST).exists():
                return True
            return any(next(root.glob(marker), None) is not None for marker in self._protection.markers)
        except OSError as error:
            raise StagingFailed(explain(error, f"looking for a gateway in {root}")) from None

    # --- a sync --------------------------------------------------------------------------------------------------

    def prepare(self, request: SyncRequest) -> Prepared:
        """Compare; writes nothing.

        Raises PlanInvalid, TemplateInvalid, PatchInvalid, MassDeleteRefused (not in a dry run), JournalUnsettled,
        StagingFailed when the live directory cannot be read, and what the tree raises.
        """
        manifest = self._settled()
        try:
            return self._hold().still(self._comparing().prepare(request, manifest))
        except OSError as error:
            raise StagingFailed(explain(error, f"comparing with {self._places.root}")) from None

    def prepare_news(self, request: SyncRequest) -> Prepared | None:
        """As `prepare`, but looks at nothing besides the files that the commit changes.

        None where that cannot be told, is not worth it, or finds what a whole comparison must judge. Once it was merged
        `comparison_owed` holds, until a `prepare` was merged or recorded.
        """
        manifest = self._settled()
        if self.comparison_owed:
            return None
        try:
            return self._hold().still(self._comparing().prepare_news(request, manifest, self._partial_from))
        except OSError as error:
            raise StagingFailed(explain(error, f"comparing with {self._places.root}")) from None

    def stage(self, prepared: Prepared) -> Staged:
        """Write the new files beside the live ones.

        Raises StagingFailed, JournalUnsettled, PlanInvalid (a file that is a mount), and what the tree raises.
        """
        self._settled()
        places = self._places
        if prepared.request.dry_run:
            raise StagingFailed("a dry run stages nothing: its difference is in what was prepared")
        transaction = secrets.token_hex(8)
        request = prepared.request
        journal = Journal(
            transaction, request.commit, prepared.fingerprint, kept_name(self._now(), request.commit, transaction)
        )
        if prepared.mass_delete:
            journal.notes[USED_NOTE] = request.commit
        if prepared.partial or self.comparison_owed:
            journal.notes[OWED_NOTE] = request.commit if prepared.partial else ""
        assign(prepared, journal, Mounts.read(places.root))
        with StagingFolders(self._files, places, journal.tops) as folders:
            try:
                folders.remove()  # what an abandoned sync left
                stage(prepared, journal, folders, self._files, self._graft_from)
            except (OSError, StokerError) as error:
                with contextlib.suppress(OSError):  # what stays is removed by the next staging or start
                    folders.remove()
                if isinstance(error, StokerError):
                    raise
                raise StagingFailed(explain(error, f"staging in {places.root}")) from None
        return Staged(prepared, journal)

    def merge(self, staged: Staged) -> SyncResult:
        """Make the staged sync live as one transaction. Raises MergeFailed, JournalUnsettled."""
        kept = self._running().run(staged.journal)
        return self._result(staged.prepared, kept, f"{ROOT}/{staged.journal.kept_name}" if kept else "")

    def abandon(self, staged: Staged) -> None:
        """Remove what was staged. Raises StagingFailed."""
        with StagingFolders(self._files, self._places, staged.journal.tops) as folders:
            try:
                folders.remove()
            except OSError as error:
                raise StagingFailed(explain(error, f"removing the staging folder in {self._places.root}")) from None

    def record(self, prepared: Prepared) -> SyncResult:
        """End a sync that changes no file: remember what was learnt, if anything. A dry run remembers nothing.

        Raises StagingFailed, JournalUnsettled.
        """
        manifest = self._settled()
        request = prepared.request
        news = (request.commit, prepared.fingerprint) != (manifest.commit, manifest.fingerprint) or self.comparison_owed
        if prepared.is_noop and not request.dry_run and (news or prepared.learnt or prepared.forgotten):
            sets = prepared.learnt | prepared.refreshed
            self._append(
                Delta(
                    commit=request.commit,
                    fingerprint=prepared.fingerprint,
                    notes={OWED_NOTE: ""} if self.comparison_owed else {},
                    sets=sets.items(),
                    drops=prepared.forgotten,
                )
            )
        return self._result(prepared, (), "")

    # --- what is remembered --------------------------------------------------------------------------------------

    @property
    def announcement_owed(self) -> bool:
        """Has a merge changed a file since the last `announced`? Written in the same block as the merge itself."""
        return self._settled().owed

    def announced(self) -> None:
        """The debt is paid; durable when this returns. Raises StagingFailed, JournalUnsettled."""
        if self._settled().owed:
            self._append(Delta(owed=False))

    @property
    def comparison_owed(self) -> bool:
        """Was the last merge one of `prepare_news`? Written in the same block as the merge itself."""
        return bool(self._settled().notes.get(OWED_NOTE))

    @property
    def notes(self) -> Mapping[str, str]:
        """Small durable values by key."""
        return MappingProxyType(self._settled().notes)

    def note(self, key: str, value: str) -> None:
        """Remember a small value; durable when this returns, and nothing is written for a value already held.

        Raises StagingFailed, JournalUnsettled.
        """
        if self._settled().notes.get(key) != value:
            self._append(Delta(notes={key: value}))

    @property
    def applied_commit(self) -> str | None:
        """The commit of the last sync that ended, or None."""
        return self._settled().commit or None

    @property
    def applied_digest(self) -> str:
        """`plan.fingerprint` of the last sync that ended, or ""."""
        return self._settled().fingerprint

    # --- inside --------------------------------------------------------------------------------------------------

    def _append(self, delta: Delta) -> None:
        try:
            self._settled().append(delta)
        except OSError as error:
            raise StagingFailed(explain(error, f"remembering in {self._places.root}/{MANIFEST}")) from None

    def _result(self, prepared: Prepared, kept: tuple[str, ...], kept_in: str) -> SyncResult:
        changes = prepared.changes
        return SyncResult(
            changes.added,
            changes.modified,
            changes.deleted,
            changes.unchanged,
            prepared.projects,
            kept,
            kept_in,
            prepared.drift,
            time.monotonic() - prepared.started,
        )

    def _hold(self) -> Hold:
        if self._held is None:
            raise StagingFailed(f"data directory {self._data} is not open")
        return self._held

    @property
    def _places(self) -> Places:
        return self._hold().places

    def _comparing(self) -> Comparer:
        if self._comparer is None:
            raise StagingFailed(f"data directory {self._data} is not open")
        return self._comparer

    def _running(self) -> Transactions:
        if self._transactions is None or self._transactions.unsettled:
            raise JournalUnsettled(f"an unfinished merge in {self._data} comes first: settle it")
        return self._transactions

    def _settled(self) -> Manifest:
        return self._running().manifest
