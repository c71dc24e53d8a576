"""A spec as the API server stores it, which is not in every point as it was written.

An entry of an object that is null is as good as absent (defaults then apply), in lists it is not; and JSON has one kind of
number, so that ``8088.0`` is the integer 8088. Without this, a manifest would be good in a cluster and bad without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_DEPTH: Final = 32
"""No field lies deeper; below, whatever stands there is refused as it is."""


def as_stored(raw: Any, depth: int = _DEPTH) -> Any:
    """A copy of ``raw`` without null entries and with whole numbers as integers."""
    if not depth:
        return raw
    if isinstance(raw, Mapping):
        return {key: as_stored(value, depth - 1) for key, value in raw.items() if value is not None}
    if isinstance(raw, list):
        return [as_stored(value, depth - 1) for value in raw]
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw
