"""What one turn of the sync loop sets out to do, and how it ended: values between the loop, the cycle and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stoker.errors import DesignerSessionsBlocked
from stoker.values import Mutable, Value

if TYPE_CHECKING:
    from stoker.agent.guard import HeldUp
    from stoker.api.handoff import Metadata
    from stoker.api.profiles import ResolvedProfile
    from stoker.errors import StokerError
    from stoker.git.tree import CommitTree
    from stoker.sync.report import Changes, SyncResult

Status = Literal["Pending", "Synced", "Error"]


class Order(Value, frozen=True):
    """``forced``: by a request, so it scans in any case. ``moment``: the gateway came up. Both restore drift.

    ``cause`` names why the loop turned; a new commit or profile, which only the cycle can tell, is more telling.
    """

    metadata: Metadata
    profile: ResolvedProfile
    cause: str
    forced: bool = False
    moment: bool = False


class Outcome(Mutable):
    """Filled as the cycle goes on.

    ``trigger``: why there was a sync, as the history names it. ``tree`` is None when the commit could not be had.
    ``result`` is None when wanted files are not in place. ``drift``: what still differs. ``pending``: a scan that is
    owed cannot be had yet, which is no error; ``refused`` is what the gateway said, or why it
    says nothing. ``held_up``: by Designer sessions. ``scan_error``: what became of a scan that was asked for early.
    """

    trigger: str
    tree: CommitTree | None = None
    changes: Changes | None = None
    result: SyncResult | None = None
    drift: tuple[str, ...] | None = None
    scanned: bool = False
    pending: bool = False
    refused: str = ""
    scan_error: StokerError | None = None
    held_up: HeldUp | None = None
    error: StokerError | None = None
    duration: float = 0.0

    @property
    def through(self) -> bool:
        """Are the wanted files in place, or, in a dry run, compared?"""
        return self.error is None and self.held_up is None

    @property
    def gave_way(self) -> bool:
        """Was the sync given up, until the next trigger, because of Designer sessions?"""
        return isinstance(self.error, DesignerSessionsBlocked)
