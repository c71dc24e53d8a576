"""What an object's version tells: of one server all versions are numbers that grow, because they are etcd's revisions.

A store that was put back to an earlier state counts on from there. So a version that is no later than one that was seen before
it is of another history, even where both are the same number. What is no number is not compared.
"""

from __future__ import annotations

from typing import Any


def is_before(version: str, other: str) -> bool:
    """Both are numbers, and the first is the smaller."""
    return version.isdecimal() and other.isdecimal() and int(version) < int(other)


def went_back(old: Any, new: Any) -> bool:
    """Whether ``new``, which differs from the ``old`` object and came after it, has no later version: the server's store was
    put back, and what was known of a later state is not so any more.
    """
    if old is None or new is None:
        return False
    version = new.metadata.resource_version
    return bool(version.isdecimal()) and not is_before(old.metadata.resource_version, version)
