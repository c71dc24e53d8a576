"""What a server says about its refs, and how a ref as users write it becomes a commit: pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.errors import RefNotFound, RepositoryEmpty
from stoker.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REF_BYTES, PART_BYTES = 1024, 255
SHOWN = 80
"""Characters of a ref in a message: an annotation may be as long as a book."""
_NO_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{")
_HASH = re.compile(r"^[0-9a-f]{40}$")


class RefListing(Value, frozen=True):
    """Full names to object ids, and for annotated tags the commit they peel to. ``any_refs`` False: an empty repository."""

    refs: Mapping[str, str] = field(default_factory=dict)
    peeled: Mapping[str, str] = field(default_factory=dict)
    any_refs: bool = True


class Resolution(Value, frozen=True):
    """A commit, and the full name that led to it (the hash itself when a hash was asked for)."""

    commit: str
    ref_name: str


def is_full_hash(ref: str) -> bool:
    """40 hex digits name a commit themselves."""
    return bool(_HASH.match(ref.lower())) and len(ref) == 40


def is_ref_name(ref: str) -> bool:
    """Whether git could have a ref of that name at all (git-check-ref-format); what it says goes into requests as it is."""
    try:
        size = len(ref.encode())
    except UnicodeEncodeError:
        return False
    parts = ref.split("/")
    return (
        0 < size <= REF_BYTES
        and _NO_REF.search(ref) is None
        and ref != "@"
        and not ref.startswith("-")
        and not ref.endswith(".")
        and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
        and all(len(part.encode()) <= PART_BYTES for part in parts)  # each is the name of a file
    )


def candidates(ref: str) -> tuple[str, ...]:
    """Full names that ``ref`` may mean, best first: a tag wins over a branch of the same name."""
    if ref.startswith("refs/") or ref == "HEAD":
        return (ref,)
    return f"refs/tags/{ref}", f"refs/heads/{ref}"


def prefixes(wanted: Sequence[str]) -> tuple[str, ...]:
    """The ref-prefix arguments for those refs; HEAD tells an empty repository from a missing ref.

    What git could not have is not asked for: the answer would be a failure, and of all who ask together.
    """
    names = [name for ref in wanted if is_ref_name(ref) and not is_full_hash(ref) for name in candidates(ref)]
    return tuple(dict.fromkeys((*names, "HEAD")))


def pick(listing: RefListing, ref: str, *, shown: str, named_by: str = "spec.git.ref") -> Resolution:
    """RefNotFound or RepositoryEmpty, naming the repository as ``shown`` and the place that ``ref`` is from, when there is no
    such ref.
    """
    if is_full_hash(ref):
        return Resolution(ref.lower(), ref.lower())
    for name in candidates(ref):
        if name in listing.refs:
            return Resolution(listing.peeled.get(name, listing.refs[name]), name)
    if not is_ref_name(ref):
        raise RefNotFound(f"{shown} has no branch or tag {ref[:SHOWN]!r}: git allows no such name; correct {named_by}")
    if not listing.any_refs:
        raise RepositoryEmpty(f"{shown} has no commit yet; push one to {ref!r}")
    raise RefNotFound(f"{shown} has no branch or tag {ref[:SHOWN]!r}; push it or correct {named_by}")
