"""What a request said, as one value, whoever sent it; and how the raw refs of a payload become that value. Pure.

A *push* is news about branches and tags and nudges whoever follows one of them. A *retarget* is an order to change the ref.
What comes out of a payload may be anything, so the two functions here take anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stoker.receiver.refs import bare, well_formed
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_REF: Final = "no ref found in payload"
ILL_FORMED: Final = "is no name that git allows for a branch or tag"
UNKNOWN: Final = "unknown"
"""The source before, or without, a payload that tells it."""
TOLD: Final = 5
"""Refs of one push that are told by name."""


@dataclass(frozen=True)
class Push:
    """Branches or tags moved. ``refs`` are full where the sender says so; ``repositories``: URLs it may be known by."""

    source: str
    refs: tuple[str, ...]
    repositories: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """The refs as people are told of them."""
        more = f" and {len(self.refs) - TOLD} more" if len(self.refs) > TOLD else ""
        return ", ".join(self.refs[:TOLD]) + more

    def alike(self, wanted: str) -> list[str]:
        """The refs that have the bare name of ``wanted``; a push may hold thousands, and a fleet asks for each resource."""
        return self._by_name.get(bare(wanted), [])

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for ref in self.refs:
            found.setdefault(bare(ref), []).append(ref)
        return found


class Retarget(Value, frozen=True):
    """The resource shall follow ``ref`` from now on."""

    source: str
    ref: str


class Ping(Value, frozen=True):
    """The sender asks whether somebody is there."""

    source: str


class Ignored(Value, frozen=True):
    """Understood, and nothing to do: ``reason``."""

    source: str
    reason: str


class Malformed(Value, frozen=True):
    """Not understood: answered 400 with ``error``."""

    source: str
    error: str


Said = Push | Retarget | Ping | Ignored | Malformed


def pushed(source: str, moved: Iterable[Any], deleted: Iterable[Any], repositories: tuple[str, ...]) -> Said:
    """News of the refs ``moved``; those ``deleted`` count only where nothing else happened, and then nothing is done."""
    names = _names(moved)
    good = tuple(ref for ref in names if well_formed(ref))
    if good:
        return Push(source, good, repositories)
    if names:
        # No 400, as for an order: the sender cannot help it, and some end a webhook that is refused a few times.
        return Ignored(source, f"{names[0][:100]!r} {ILL_FORMED}")
    gone = _names(deleted)
    if gone:
        more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
        return Ignored(source, f"{gone[0][:200]} was deleted{more}")
    return Malformed(source, NO_REF)


def ordered(source: str, ref: Any) -> Said:
    """An order to follow ``ref``."""
    if not isinstance(ref, str) or not ref:
        return Malformed(source, NO_REF)
    if not well_formed(ref):
        return Malformed(source, f"{ref[:100]!r} {ILL_FORMED}")
    return Retarget(source, ref)


def listed_none(source: str) -> Ignored:
    """A push whose list of changes is there, and empty: of a merge that was done elsewhere, or of more refs than are told."""
    return Ignored(source, "the push lists no ref that changed")


def unmoved(source: str, event: object) -> Ignored:
    """An event that this sender also tells of, and that moves no branch or tag."""
    return Ignored(source, f"event {str(event)[:100]!r} changes no ref")


def _names(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
