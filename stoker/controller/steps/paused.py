"""Whether the whole resource is paused: readable even when the rest of its spec is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass


def note(this: Pass) -> None:
    """Fills ``paused``. Only the look-up is skipped for it; agents learn of the pause by the metadata."""
    raw = this.resource.spec
    this.paused = isinstance(raw, dict) and raw.get("paused") is True
