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


def words(error: BaseException) -> str:
    """The first that it or what led to it has to say; the name of its kind when there are none."""
    return next((text for cause in causes(error) if (text := str(cause).strip())), type(error).__name__)
