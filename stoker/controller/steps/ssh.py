"""Whether ssh host keys are checked: a warning that stands as a condition as long as they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass


def note(this: Pass) -> None:
    """Fills ``host_keys_checked``; None when the method is not ssh, or cannot be read."""
    if this.spec is not None and this.spec.git.auth.ssh_key:
        this.host_keys_checked = bool(this.spec.git.auth.ssh_key.known_hosts)
