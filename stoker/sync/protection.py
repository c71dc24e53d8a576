"""What a sync may never touch, as values given by the caller, and the question "is this path excluded?".

The engine's own folders are excluded here for good; everything that is about gateways comes in through `Protection`. A
glob that matches a folder excludes all below it, from writing and from cleaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.errors import PlanInvalid
from stoker.sync import paths
from stoker.sync.globs import compile_globs
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from stoker.sync.globs import Globs

STATE = ".stoker"
STAGING = ".sync-staging"
_OWN = (STATE, f"**/{STAGING}")
_WORK_TREE = ("**/.git",)
"""Left alone also where somebody's own excludes replace the default ones: a data directory may have been a work tree."""
_NO_NAMES = ("", ".", "..")


class Protection(Value, frozen=True):
    """Globs are doublestar, relative to the data directory.

    always: never touched. unless_named: not touched unless a mapping's destination is matched by the glob itself, and
    then only at and below that destination. unless_ours: the same, but what we wrote stays ours.
    markers: any match means that a gateway lives here. late_names: file names written after all others and deleted
    before them. project_file: `{name}` of a match is reported as a project. stamp_equal(live, other): do two contents
    of such a late file differ by nothing but the gateway's own stamp?
    """

    always: tuple[str, ...] = ()
    unless_named: tuple[str, ...] = ()
    unless_ours: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    late_names: frozenset[str] = frozenset()
    project_file: str = "projects/*/project.json"
    stamp_equal: Callable[[bytes, bytes], bool] | None = None


class Excluder:
    """The exclusion rule of one plan: protection, excludes and destinations together."""

    def __init__(
        self, protection: Protection, excludes: Sequence[str], destinations: Sequence[str], ours: Collection[str]
    ) -> None:
        """`ours`: the live set of paths that syncs wrote, each of which passed here. Raises PlanInvalid for a bad glob."""
        self.key = exclusion_key(excludes, destinations)
        self.ours = ours
        self._always = compile_globs([*_OWN, *protection.always], below=True)
        plain = [*_OWN, *_WORK_TREE, *protection.always, *excludes]
        self._owned = compile_globs(protection.unless_named, below=True)
        self._named: list[tuple[Globs, tuple[str, ...]]] = []
        for glob in protection.unless_named:
            pattern = compile_globs([glob], below=True)
            named = tuple(at for at in destinations if pattern is not None and pattern.fullmatch(at))
            if pattern is not None and named:
                self._named.append((pattern, named))
            else:
                plain.append(glob)
        try:
            self._excluded = compile_globs(excludes, below=True)
            self._plain = compile_globs(plain, below=True)
        except PlanInvalid as error:
            raise PlanInvalid(f"invalid exclude pattern: {error}") from None
        self._unless_ours = ours_only = compile_globs(protection.unless_ours, below=True)
        self._temporary = [at for at in destinations if ours_only is not None and ours_only.fullmatch(at)]
        # What was written under the same rule needs no second look: fifteen thousand matches a sync saved.
        self._ours_excluded = {path for path in ours if self(path)}

    def knows(self, ours: Collection[str]) -> bool:
        """Was this made over the very same (growing) collection?"""
        return self.ours is ours

    def never(self, path: str) -> bool:
        """Is `path` excluded whatever the mappings say?"""
        return self._always is not None and self._always.fullmatch(path)

    def spares(self, path: str) -> bool:
        """Is `path`, which is excluded, so for being another's, and not because somebody asked for it?"""
        owned = self._owned is not None and self._owned.fullmatch(path)
        return owned and not self._is_asked_for(path)

    def _is_asked_for(self, path: str) -> bool:
        return self._excluded is not None and self._excluded.fullmatch(path)

    def __call__(self, path: str) -> bool:
        """Is `path` (file or folder, relative to the data directory) excluded?"""
        if self._plain is not None and self._plain.fullmatch(path):
            return True
        for pattern, named in self._named:
            if pattern.fullmatch(path) and not any(paths.within(path, at) for at in named):
                return True
        if self._unless_ours is not None and self._unless_ours.fullmatch(path):
            return path not in self.ours and not any(paths.within(path, at) for at in self._temporary)
        return False

    def skips(self, path: str) -> bool:
        """Shall the repository's file for `path` not be written? Raises PlanInvalid for a path that may not be."""
        if path in self.ours:
            return path in self._ours_excluded
        skipped = self(path)
        if not skipped or (".git" in path.split("/") and not self._is_asked_for(path)):
            paths.check(path, "repository path")
        return skipped


def exclusion_key(excludes: Sequence[str], destinations: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Equal keys (under one Protection) make equal excluders."""
    return tuple(excludes), tuple(destinations)


def never_matching(excludes: Sequence[str]) -> list[str]:
    """A warning for each pattern that is written as no path is: what it was to save is overwritten and cleaned."""
    found = []
    for pattern in excludes:
        parts = pattern.rstrip("/").split("/")
        meant = "/".join(part for part in parts if part not in _NO_NAMES)
        if any(part in _NO_NAMES for part in parts):
            remedy = f"write {meant!r}" if meant else "remove it"
            found.append(
                f"the exclude pattern {pattern!r} excludes nothing, because paths are relative to the data directory and"
                f" have no leading '/', no './' and no '..': {remedy}"
            )
    return found
