"""What one turn of the sync loop sets out to do, and how it ended: values between the loop, the cycle and the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stoker.api.handoff import Metadata
    from stoker.api.profiles import ResolvedProfile
    from stoker.errors import StokerError
    from stoker.git.fetch import Fetched
    from stoker.git.tree import CommitTree
    from stoker.sync.report import Changes, SyncResult


@dataclass(frozen=True)
class Order:
    """``forced``: by a request, so it scans in any case. ``moment``: the gateway came up. Both restore all drift.

    ``drift`` is the engine's; ``spare`` are paths whose drift was reported before the gateway went down, left alone.
    """

    metadata: Metadata
    profile: ResolvedProfile
    trigger: str
    forced: bool = False
    moment: bool = False
    drift: Literal["restore", "report", "heal"] = "restore"
    spare: frozenset[str] = frozenset()


@dataclass
class Outcome:
    """Filled as the cycle goes on. ``blocked``: seconds until the Designer sessions are asked about again.

    ``scanned``: both scans were answered 2xx. ``pending``: a scan is due and cannot be had yet, which is no error.
    """

    result: SyncResult | None = None
    changes: Changes | None = None
    fetched: Fetched | None = None
    tree: CommitTree | None = None
    news: bool = False
    scanned: bool = False
    pending: bool = False
    blocked: float | None = None
    error: StokerError | None = None
    duration: float = 0.0
    notes: list[str] = field(default_factory=list)
