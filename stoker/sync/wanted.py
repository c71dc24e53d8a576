"""What shall be live: the mappings over a tree, resolved to one dictionary of paths.

Nothing live is looked at here: the same targets over the same tree give the same answer. Mappings apply top to bottom,
later ones overlay earlier; links and submodules of the repository want nothing. The answer for the next commit is made
from the last one and from the leaves that differ, so that its cost follows the commit and not the repository.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from stoker.errors import PlanInvalid
from stoker.sync import paths
from stoker.sync.making import Makings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stoker.sync.making import Making
    from stoker.sync.plan import Target
    from stoker.sync.protection import Excluder
    from stoker.sync.source import SourceTree


FILES = 250_000
"""Of all mappings together: what a sync keeps of each of them in memory is a kilobyte while they are new."""


class Wanted:
    """Every file that shall be live: path to content id, and who manages which part of the data directory.

    blobs: content ids, raw: there is one for every file. makings: by path, of the files that are not copied as they are.

    folders: all folders above wanted files. regions: destinations of folder mappings, whose unknown files are cleaned;
    the data directory itself is never one. destinations: all of them. spared: files that mappings bring to places that are
    another's, which are not written. Not changed any more once it is handed out.
    """

    def __init__(self, targets: Iterable[Target], excluder: Excluder) -> None:
        targets = tuple(targets)
        self.destinations = tuple(target.destination for target in targets)
        self.blobs: dict[str, bytes] = {}
        self.executables: set[str] = set()
        self.makings: dict[str, Making] = {}
        self.folders: set[str] = set()
        self.spared: set[str] = set()
        regions = {target.destination for target in targets if target.kind == "dir" and target.destination}
        self.regions: tuple[str, ...] = tuple(sorted(at for at in regions if not _reached(at, regions, excluder)))
        self._order: tuple[str, ...] | None = None

    @property
    def folder_order(self) -> tuple[str, ...]:
        """All folders, each after the one above it."""
        if self._order is None:
            self._order = tuple(sorted(self.folders))
        return self._order

    def copy(self) -> Wanted:
        """One of its own, to be changed."""
        twin = copy.copy(self)
        twin.blobs, twin.executables = self.blobs.copy(), self.executables.copy()
        twin.makings, twin.folders = self.makings.copy(), self.folders.copy()
        twin.spared = self.spared.copy()
        return twin

    def put(self, path: str, blob: str, *, executable: bool, making: Making | None) -> None:
        """From now on `path` is wanted so."""
        self.blobs[path] = bytes.fromhex(blob)
        folder = path.rpartition("/")[0]
        if folder and folder not in self.folders:
            self._add_folders(folder)
        if executable or path in self.executables:
            (self.executables.add if executable else self.executables.discard)(path)
        if making is not None:
            self.makings[path] = making
        elif path in self.makings:
            del self.makings[path]

    def drop(self, gone: Iterable[str]) -> None:
        """These paths, and folders that only they needed, are not wanted any more."""
        for path in gone:
            self.blobs.pop(path, None)
            self.executables.discard(path)
            self.makings.pop(path, None)
        self.folders.clear()
        self._order = None
        for path in self.blobs:
            self._add_folders(path.rpartition("/")[0])

    def _add_folders(self, folder: str) -> None:
        self._order = None
        while folder and folder not in self.folders:
            self.folders.add(folder)
            folder = folder.rpartition("/")[0]


class Known(NamedTuple):
    """What was wanted of the last commit, and of what it was made: the start for the next.

    news: the paths at which it differs from what was known before; None where the whole tree was walked.
    """

    targets: tuple[Target, ...]
    excluder: Excluder
    apart: bool
    identities: tuple[str, ...]
    wanted: Wanted
    news: frozenset[str] | None = None


def wanted_files(tree: SourceTree, targets: Iterable[Target], excluder: Excluder, known: Known | None = None) -> Known:
    """What the targets want of the tree; with `known`, from what differs. Raises PlanInvalid.

    That is for a destination or a file name that cannot be written.
    """
    targets = tuple(targets)
    identities = tuple(tree.identity(target.source) for target in targets)
    if known is not None and known.targets == targets and known.excluder is excluder and known.apart:
        following = _next(tree, known, identities)
        if following is not None and len(following[0].blobs) <= FILES:
            wanted, news = following
            return known._replace(identities=identities, wanted=wanted, news=news)
    return Known(targets, excluder, _apart(targets), identities, _whole(tree, targets, excluder))


def project_names(wanted: Wanted, project_file: str) -> tuple[str, ...]:
    """The names that `*` of `project_file` stands for among the wanted files, sorted."""
    head, _, tail = project_file.partition("*")
    folders = (folder[len(head) :] for folder in wanted.folders if folder.startswith(head))
    return tuple(sorted(name for name in folders if name and "/" not in name and f"{head}{name}{tail}" in wanted.blobs))


def warnings(known: Known) -> list[str]:
    """What of the mappings is likely not meant so."""
    found: list[str] = []
    for target in known.targets:
        if target.patches:
            prefix = _prefix(target)
            below = [path[len(prefix) :] for path in known.wanted.blobs if path.startswith(prefix)]
            found += Makings(target).unmatched(below)
    if spared := sorted(known.wanted.spared - known.wanted.blobs.keys()):
        more = f" and {len(spared) - 1} more" if len(spared) > 1 else ""
        found.append(
            f"{spared[0]!r}{more} of the repository: not written, because what is there is the gateway's own; map it by a"
            " destination that is that place, or lies in it, if it is meant"
        )
    return found


def _apart(targets: tuple[Target, ...]) -> bool:
    """Does no destination lie in another? Overlays are resolved by order, so they are walked as a whole."""
    places = [target.destination for target in targets]
    return not any(
        paths.within(one, other)
        for number, one in enumerate(places)
        for other in places[:number] + places[number + 1 :]
    )


def _next(tree: SourceTree, known: Known, identities: tuple[str, ...]) -> tuple[Wanted, frozenset[str]] | None:
    """The last answer with what differs put in, and where that is; None where the tree cannot say what does."""
    wanted, put, gone = None, [], []
    for target, since, now in zip(known.targets, known.identities, identities, strict=True):
        if since == now:
            continue
        differing = tree.changes(target.source, since) if target.kind == "dir" else tree.walk(target.source)
        if differing is None:
            return None
        wanted = known.wanted.copy() if wanted is None else wanted
        prefix, making = _prefix(target), Makings(target).of
        for relative, blob, kind in differing:
            path = prefix + relative
            wanted.spared.discard(path)
            if blob and kind in ("file", "executable"):
                if not known.excluder.skips(path):
                    wanted.put(path, blob, executable=kind == "executable", making=making(relative))
                    put.append(path)
                    continue
                if known.excluder.spares(path):
                    wanted.spared.add(path)
            if path in wanted.blobs:
                gone.append(path)
    if wanted is None:
        return known.wanted, frozenset()
    if gone:
        wanted.drop(gone)
    return wanted, frozenset(put + gone)


def _whole(tree: SourceTree, targets: tuple[Target, ...], excluder: Excluder) -> Wanted:
    wanted = Wanted(targets, excluder)
    # The manifest holds most of these paths: one string serves both, which with 15,000 of them is two megabytes.
    known = {path: path for path in excluder.ours}
    for number, target in enumerate(targets):
        if target.destination and excluder.never(target.destination):
            raise PlanInvalid(f"{target.what}: destination {target.destination!r} lies in what is never written")
        _overlay(wanted, tree, target, excluder, known)
        if len(wanted.blobs) > FILES:
            raise PlanInvalid(f"{target.what}: the mappings want more than {FILES:,} files by now: map less")
        if number and not wanted.folders.isdisjoint(wanted.blobs):
            _drop_shadowed(wanted, {_prefix(target) + path for path, _, _ in tree.walk(target.source)})
    return wanted


def _reached(region: str, regions: set[str], excluder: Excluder) -> bool:
    """Does the walk of another region come by? Not where it passes a folder that only this destination names."""
    for folder in paths.ancestors(region):
        if folder in regions:
            return True
        if excluder(folder):
            return False
    return False


def _overlay(wanted: Wanted, tree: SourceTree, target: Target, excluder: Excluder, known: dict[str, str]) -> None:
    prefix, put, skips = _prefix(target), wanted.put, excluder.skips
    makings = Makings(target)
    making = None if makings.plain else makings.of
    for relative, blob, kind in tree.walk(target.source):
        path = prefix + relative
        path = known.get(path, path)
        if kind not in ("file", "executable"):
            continue
        if not skips(path):
            made = making(relative) if making is not None else None
            put(path, blob, executable=kind == "executable", making=made)
        elif excluder.spares(path):
            wanted.spared.add(path)


def _prefix(target: Target) -> str:
    return f"{target.destination}/" if target.destination and target.kind == "dir" else target.destination


def _drop_shadowed(wanted: Wanted, latest: set[str]) -> None:
    """A file is wanted where a folder is wanted too: what the later mapping (which wants `latest`) says stays."""
    losers: list[str] = []
    for path in sorted(wanted.folders.intersection(wanted.blobs)):
        losers += [other for other in wanted.blobs if other.startswith(path + "/")] if path in latest else [path]
    wanted.drop(losers)
