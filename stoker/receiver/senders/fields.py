"""Fields of a payload that may hold anything at any place: what is not of the kind asked for is not there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Headers = Mapping[str, str]
Body = Mapping[str, Any]


def at(value: Any, *path: str | int) -> Any:
    """What stands at ``path`` below ``value``: keys of objects, places in lists. None where the path leads nowhere."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and len(value) > step else None
    return value


def objects(value: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of the list at ``path``."""
    found = at(value, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts(value: Any, *names: str) -> tuple[str, ...]:
    """The texts under ``names`` that are not empty, each once."""
    found = (at(value, name) for name in names)
    return tuple(dict.fromkeys(text for text in found if isinstance(text, str) and text))


def gone(commit: Any) -> bool:
    """Whether the commit that a ref moved to is the hash of zeros, which says that it was deleted."""
    return isinstance(commit, str) and len(commit) >= 40 and not commit.strip("0")
