"""The words in which a hostile case and its wanted outcome are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from stoker.errors import StokerError
    from tests.hostile.ground import Ground


@dataclass(frozen=True)
class Refused:
    """The sync ends in this error, whose message holds these words, and nothing is live that was not before."""

    error: type[StokerError]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Harmless:
    """The sync ends well, and just these files are live: path to content, cut at 200 bytes."""

    live: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One kind of hostility: how it is made, and what shall come of it."""

    name: str
    make: Callable[[Ground], None]
    wanted: Refused | Harmless
