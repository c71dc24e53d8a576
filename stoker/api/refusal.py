"""All faults of one resource as one error: light, because who only reads good resources loads it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stoker.errors import SpecInvalid

if TYPE_CHECKING:
    from stoker.api.rules import Fault

TOLD: Final = 100
"""Faults that the message tells; a condition's message must stay readable, and far below an object's bound."""


def invalid(name: str, faults: list[Fault]) -> SpecInvalid:
    """One error that tells all faults in one line, each once; beyond ``TOLD`` their number."""
    unique = tuple(dict.fromkeys(faults))
    lines = [f"{path}: {what}" for path, what in unique[:TOLD]]
    if len(unique) > TOLD:
        lines.append(f"and {len(unique) - TOLD} more")
    text = f"GatewaySync {name}: {'; '.join(lines)}"
    return SpecInvalid(text.encode("utf-8", "replace").decode(), unique)
