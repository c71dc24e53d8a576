"""Open Designer sessions: somebody edits on the gateway what a sync would replace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import StokerError
from stoker.values import Value

if TYPE_CHECKING:
    from stoker.ignition.client import GatewayClient


class DesignerSession(Value, frozen=True):
    """Who edits which project."""

    id: str
    user: str
    project: str


async def open_sessions(client: GatewayClient) -> tuple[DesignerSession, ...] | None:
    """The sessions, or None when the gateway did not say (an unanswered question blocks no sync)."""
    try:
        items = await client.designers()
    except StokerError:
        return None
    if items is None:
        return None
    return tuple(DesignerSession(*(str(item.get(key, "")) for key in ("id", "user", "project"))) for item in items)
