"""What led to an error: libraries leave the reason of a failed connection or handshake to its causes."""

from __future__ import annotations


def causes(error: BaseException) -> list[BaseException]:
    """The error and what led to it, outermost first."""
    found: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or at.__context__
    return found
