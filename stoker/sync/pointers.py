"""Whether a repository keeps files in Git LFS: then git holds pointers of three lines, and these are what is synced.

Told by the attributes that git itself goes by, so that no file is read for it. Fetching what the pointers mean would be
another protocol, with a server and a credential of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import StokerError
from stoker.sync import paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stoker.sync.source import SourceTree

_NAMED = 5
"""Patterns in one sentence."""


def lfs_warnings(tree: SourceTree, sources: Iterable[str]) -> list[str]:
    """A sentence for each attributes file, at the sources or above them, that puts files into LFS."""
    folders = {""} | {folder for source in sources for folder in (source, *paths.ancestors(source)) if folder}
    found = []
    for folder in sorted(folders):
        file = f"{folder}/.gitattributes" if folder else ".gitattributes"
        patterns = _patterns(tree, file) if tree.lookup(file) == "file" else []
        if patterns:
            named = ", ".join(map(repr, patterns[:_NAMED])) + (", …" if len(patterns) > _NAMED else "")
            found.append(
                f"{file} keeps files in Git LFS ({named}): what is synced of them are the pointers that git holds; commit"
                " the files themselves, or exclude them"
            )
    return found


def _patterns(tree: SourceTree, file: str) -> list[str]:
    try:
        text = b"".join(tree.read(blob) for _, blob, _ in tree.walk(file)).decode("utf-8", "replace")
    except StokerError:
        return []  # damage shows where files are synced
    lines = (line.split() for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [words[0] for words in lines if "filter=lfs" in words[1:]]
