"""Secrets never leave the process in text: a holder that prints as stars, and a mask over everything that is logged.

The mask is the second line of defence: code must not put secrets into messages, and what slips through, from a library's
exception say, is masked by value and by shape (userinfo of a URL).
"""

from __future__ import annotations

import re
from typing import Any, Final

MASK: Final = "***"
_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@\"']+@")
_QUERY = re.compile(r"(?i)([?&](?:access_token|token|key|password|secret|signature)=)[^&\s\"']+")
_SHORTEST: Final = 6
_LIMIT: Final = 4096
_known: dict[str, None] = {}


class Secret:
    """A secret value; only ``reveal()`` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        register(value)

    def reveal(self) -> str:
        """The value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        """Stars."""
        return f"Secret({MASK})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Equal when the values are."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """By value."""
        return hash(self._value)


def register(value: str) -> None:
    """From now on ``value`` is masked in logs. Very short values are not: they would mask ordinary text."""
    if len(value) >= _SHORTEST:
        _known[value] = None
        while len(_known) > _LIMIT:
            del _known[next(iter(_known))]


def redact(text: str) -> str:
    """``text`` without registered secrets, userinfo and secret query parameters."""
    if "://" in text:
        text = _QUERY.sub(rf"\1{MASK}", _USERINFO.sub(r"\g<scheme>", text))
    for value in _known:
        if value in text:
            text = text.replace(value, MASK)
    return text


def redact_url(url: str) -> str:
    """A URL fit for logs, status and metrics: no userinfo, no secret query parameters."""
    return redact(url)


def processor(_logger: Any, _method: str, event: Any) -> Any:
    """The structlog processor that masks every text of an event, also inside lists and mappings."""
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    return redact(str(value))
