"""The outcome of comparing: everything a merge would do, before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.values import Mutable, field

if TYPE_CHECKING:
    from stoker.sync.entry import Entry
    from stoker.sync.journal import Delete, Put
    from stoker.sync.making import Maker
    from stoker.sync.plan import SyncRequest
    from stoker.sync.report import Changes
    from stoker.sync.wanted import Wanted


class Prepared(Mutable):
    """What `Engine.prepare` hands to `stage` or `record`. Nothing in it has touched the disk.

    changes: the difference, with paths. drift: managed files that somebody else changed, added or removed, whether
    this sync restores them or leaves them. adoption: this is the first sync of a directory that holds files already.
    partial: only what the commit changes was looked at, and the rest is owed a comparison.
    """

    request: SyncRequest
    wanted: Wanted
    maker: Maker
    fingerprint: str
    started: float  # time.monotonic()
    changes: Changes
    drift: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    adoption: bool = False
    mass_delete: bool = False  # this sync uses up the permission to delete much
    partial: bool = False
    puts: list[Put] = field(default_factory=list)
    deletes: list[Delete] = field(default_factory=list)
    clears: list[tuple[str, int]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    empties: list[tuple[str, int]] = field(default_factory=list)
    learnt: dict[str, Entry] = field(default_factory=dict)
    refreshed: dict[str, Entry] = field(default_factory=dict)  # worth remembering, not worth a write of its own
    forgotten: list[str] = field(default_factory=list)

    @property
    def is_noop(self) -> bool:
        """Does no live file change?"""
        return not self.puts and not self.deletes
