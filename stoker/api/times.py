"""Times as the API writes them: RFC 3339 in UTC, durations as Go prints and parses them (``time.Duration``)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_GO_LONGEST = (2**63 - 1) / 1e9
"""Seconds of the longest ``time.Duration``: 292 years, in nanoseconds of an int64."""


def utcnow() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


def rfc3339(moment: datetime, *, fraction: bool = False) -> str:
    """``2026-01-02T03:04:05Z``; with microseconds when ``fraction``, so that two requests in one second differ."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds" if fraction else "seconds")
    return text.replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Aware UTC time; ValueError for anything else. Fractions beyond a microsecond are cut."""
    match = _RFC3339.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no RFC 3339 time")
    day, clock, part, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}{(part or '')[:7]}{zone}").astimezone(UTC)
    except OverflowError:  # the first or the last hours of the calendar, in a zone that pushes them over its edge
        raise ValueError(f"{text!r} is outside the calendar") from None


def go_duration(seconds: float) -> str:
    """As Go prints it, to the millisecond: ``850ms``, ``1.2s``, ``2m3.5s``, ``0s``."""
    millis = round(seconds * 1000)
    if millis < 1000:
        return f"{millis}ms" if millis else "0s"
    minutes, millis = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{millis / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return (f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else "") + tail


def parse_go_duration(text: str) -> float:
    """Seconds of a Go duration such as ``1m30s``; ValueError when Go would refuse it. ``0`` needs no unit, as in Go."""
    rest = text
    sign = -1.0 if rest.startswith("-") else 1.0
    rest = rest[1:] if rest[:1] in {"-", "+"} else rest
    if rest == "0":
        return 0.0
    total, at = 0.0, 0
    for match in _PART.finditer(rest):
        if match.start() != at:
            break
        total += float(match[1]) * _UNITS[match[2]]
        at = match.end()
    if not rest or at != len(rest) or total > _GO_LONGEST:
        raise ValueError(f"{text!r} is no duration; write one like 30s, 5m or 1h30m")
    return sign * total
