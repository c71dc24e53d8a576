"""The mass-delete guard: a sync that would empty a plant is refused until a person names the commit.

The permission is a commit's full hash, so that it cannot outlive what it was given for, and is used up by one sync.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import MassDeleteRefused

if TYPE_CHECKING:
    from stoker.sync.plan import SyncRequest

ANNOTATION = "stoker.io/allow-mass-delete"
USED_NOTE = "mass-delete-used"
FEW = 20
"""So many deletions are never too many."""


def is_mass_delete(deleted: int, managed: int) -> bool:
    """More than half of the `managed` live files, and more than twenty?"""
    return deleted > FEW and deleted * 2 > managed


def check_permission(request: SyncRequest, *, deleted: int, managed: int, adoption: bool, used: str) -> None:
    """Raise MassDeleteRefused unless this commit's deletion was allowed and not used yet (`used`: the last one's)."""
    allowed = request.allow_mass_delete.strip().lower()
    if allowed == request.commit and used != request.commit:
        return
    cause = (
        "this is the first sync of a directory that is filled already, and what the repository does not hold would go"
        if adoption
        else "check mappings, excludes and the commit"
    )
    message = f"commit {request.commit[:12]} would delete {deleted} of {managed} managed files: {cause}. "
    if allowed == request.commit:
        message += "The permission for this commit was used by an earlier sync; allow it by a new commit"
    else:
        if allowed and request.commit.startswith(allowed):
            message += f"{ANNOTATION} is {allowed!r}, a short hash; the full one is needed. "
        elif allowed:
            message += f"{ANNOTATION} names another commit. "
        message += f"To allow it once: {request.to_allow or f'set {ANNOTATION} to {request.commit}'}"
    raise MassDeleteRefused(message)
