"""Refs as senders and users write them: which are names at all, and when two mean the same. Pure.

A bare name means a tag or a branch, as it does when a ref is resolved; a full name (``refs/…``) means just itself. So a
push of ``refs/tags/main`` is news for who follows ``main``, where that tag would win, and none for ``refs/heads/main``.
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 512
"""Characters of a ref, as in the CRD's schema."""

# git check-ref-format: no blanks, controls or ~^:?*[\, no "..", "@{" or "//", no part that begins with a dot or ends in ".lock".
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|^[-/]|[/.]$|^@$")


def well_formed(ref: str) -> bool:
    """Whether git would take ``ref`` as the name of a branch or tag (a full hash looks like one too)."""
    return 0 < len(ref) <= LONGEST and _FORBIDDEN.search(ref) is None


def means(wanted: str, moved: str) -> bool:
    """Whether news of ``moved`` concerns who follows ``wanted``; either may be bare or full."""
    if wanted.startswith("refs/") and moved.startswith("refs/"):
        return wanted == moved
    return bool(moved) and bare(wanted) == bare(moved)


def bare(ref: str) -> str:
    """The name without what says that it is a branch or a tag."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
