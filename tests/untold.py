"""Lines that real processes logged, held against docs/reference/logs.md: what it does not tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reference.logs import fields
from reference.spoken import spoken
from stoker.observe.logs import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EVERY: Final = set(ORDER[:4])


def untold(lines: Iterable[Mapping[str, Any]]) -> set[str]:
    """``event``, ``event level`` or ``event field`` of each that is not told; lines of other programs do not count."""
    known, found = spoken(), set()
    for line in lines:
        event = str(line.get("event"))
        if "logger" not in line:
            continue
        if event not in known:
            found.add(event)
            continue
        if line["level"] not in known[event].levels:
            found.add(f"{event} {line['level']}")
        found |= {f"{event} {name}" for name in line.keys() - EVERY - set(fields(event, known[event]))}
    return found
