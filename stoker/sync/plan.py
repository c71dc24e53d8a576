"""What a sync is asked to do, and what it wants where: mappings over a tree, resolved to one dictionary of paths.

Nothing live is looked at here: the same request over the same tree gives the same answer. Mappings apply top to bottom,
later ones overlay earlier; links and submodules of the repository want nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from stoker.errors import FeatureUnsupported, PlanInvalid
from stoker.sync import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stoker.sync.fields import Fields
    from stoker.sync.protection import Excluder
    from stoker.sync.source import SourceTree


@dataclass(frozen=True)
class PatchRule:
    """One patch of a mapping; part of the API, refused by this engine so far."""

    file: str | None
    set: Mapping[str, str]


@dataclass(frozen=True)
class MappingRule:
    """One mapping, as written in the profile; source and destination may hold template fields."""

    source: str
    destination: str
    type: Literal["dir", "file"] | None = None
    required: bool = False
    template: bool = False
    patches: tuple[PatchRule, ...] = ()


@dataclass(frozen=True)
class SyncRequest:
    """What to make live. `commit` is a full hash; `allow_mass_delete` the one whose mass deletion is allowed, or "".

    drift: restore brings back every file that somebody changed; heal too; report leaves changed files, and files that
    somebody added, as they are, unless the commit changes the same file. spare: paths that are left so in any case.
    """

    commit: str
    ref: str
    tree: SourceTree
    mappings: tuple[MappingRule, ...]
    excludes: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    drift: Literal["restore", "report", "heal"] = "restore"
    spare: frozenset[str] = frozenset()
    allow_mass_delete: str = ""
    trigger: str = ""


@dataclass(frozen=True)
class Target:
    """A mapping after its fields were put in: where it reads, where it writes."""

    source: str
    destination: str
    kind: Literal["dir", "file"]
    template: bool
    what: str


class Wanted:
    """Every file that shall be live: path to content id, and who manages which part of the data directory.

    folders: all folders above wanted files. regions: destinations of folder mappings, whose unknown files are cleaned;
    the data directory itself is never one. destinations: all of them.
    """

    def __init__(self, destinations: Iterable[str]) -> None:
        self.destinations = tuple(destinations)
        self.blobs: dict[str, str] = {}
        self.executables: set[str] = set()
        self.templates: set[str] = set()
        self.folders: set[str] = set()
        self.regions: tuple[str, ...] = ()

    def in_region(self, path: str) -> bool:
        """Is `path` below a destination that is cleaned?"""
        return any(path.startswith(region + "/") for region in self.regions)

    def managed(self, path: str) -> bool:
        """Is `path` wanted, or below a destination that is cleaned?"""
        return path in self.blobs or self.in_region(path)


def fingerprint(request: SyncRequest) -> str:
    """What of a request, besides the commit, decides about its result: equal for equal profiles and fields."""
    fields = {key: value for key, value in request.fields.items() if key not in ("Commit", "Ref")}
    mappings = [
        (
            rule.source,
            rule.destination,
            rule.type,
            rule.required,
            rule.template,
            [(p.file, dict(p.set)) for p in rule.patches],
        )
        for rule in request.mappings
    ]
    text = json.dumps([mappings, request.excludes, fields], default=dict, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def resolve(request: SyncRequest, fields: Fields) -> list[Target]:
    """The mappings that take part, top to bottom; optional ones without a source are left out.

    Raises PlanInvalid, TemplateInvalid, FeatureUnsupported.
    """
    targets = []
    for number, rule in enumerate(request.mappings, start=1):
        what = f"mapping {number} (source {rule.source!r})"
        if rule.patches:
            raise FeatureUnsupported(f"{what}: patches are not served yet: remove them, or use template fields")
        source = paths.normalise(fields.render(rule.source, f"{what}, source").text, f"{what}: source")
        destination = fields.render(rule.destination, f"{what}, destination").text
        destination = paths.normalise(destination, f"{what}: destination")
        found = request.tree.lookup(source)
        if found == "missing":
            if rule.required:
                raise PlanInvalid(f"{what}: the required source {source!r} is not in commit {request.commit[:12]}")
            continue
        if found not in ("dir", "file"):
            raise PlanInvalid(
                f"{what}: the source {source!r} is a {found}, which is never followed: name what it means"
            )
        if rule.type is not None and rule.type != found:
            raise PlanInvalid(f"{what}: type is {rule.type}, but {source!r} is a {found} in the repository")
        if found == "file" and not destination:
            raise PlanInvalid(f"{what}: the destination of a file is the data directory itself: name the file")
        targets.append(Target(source, destination, "dir" if found == "dir" else "file", rule.template, what))
    return targets


def wanted_files(tree: SourceTree, targets: list[Target], excluder: Excluder) -> Wanted:
    """Walk the targets over the tree. Raises PlanInvalid for a destination or a file name that cannot be written."""
    wanted = Wanted(target.destination for target in targets)
    regions = {target.destination for target in targets if target.kind == "dir" and target.destination}
    wanted.regions = tuple(sorted(region for region in regions if not regions.intersection(paths.ancestors(region))))
    for number, target in enumerate(targets):
        if target.destination and excluder.never(target.destination):
            raise PlanInvalid(f"{target.what}: destination {target.destination!r} lies in what is never written")
        _overlay(wanted, tree, target, excluder)
        if number and not wanted.folders.isdisjoint(wanted.blobs):
            _drop_shadowed(wanted, {_prefix(target) + path for path, _, _ in tree.walk(target.source)})
    return wanted


def project_names(wanted: Wanted, project_file: str) -> tuple[str, ...]:
    """The names that `*` of `project_file` stands for among the wanted files, sorted."""
    head, _, tail = project_file.partition("*")
    names = {path[len(head) : -len(tail)] for path in wanted.blobs if path.endswith(tail) and path.startswith(head)}
    return tuple(sorted(name for name in names if name and "/" not in name))


def _overlay(wanted: Wanted, tree: SourceTree, target: Target, excluder: Excluder) -> None:
    prefix = _prefix(target)
    blobs, folders = wanted.blobs, wanted.folders
    skips = excluder.skips
    for relative, blob, kind in tree.walk(target.source):
        path = prefix + relative
        if skips(path) or kind not in ("file", "executable"):
            continue
        blobs[path] = blob
        folder = path.rpartition("/")[0]
        if folder not in folders:
            _add_folders(folders, folder)
        if kind == "executable" or path in wanted.executables:
            (wanted.executables.add if kind == "executable" else wanted.executables.discard)(path)
        if target.template or path in wanted.templates:
            (wanted.templates.add if target.template else wanted.templates.discard)(path)


def _add_folders(folders: set[str], folder: str) -> None:
    while folder and folder not in folders:
        folders.add(folder)
        folder = folder.rpartition("/")[0]


def _prefix(target: Target) -> str:
    return f"{target.destination}/" if target.destination and target.kind == "dir" else target.destination


def _drop_shadowed(wanted: Wanted, latest: set[str]) -> None:
    """A file is wanted where a folder is wanted too: what the later mapping (which wants `latest`) says stays."""
    for path in sorted(wanted.folders.intersection(wanted.blobs)):
        below = [other for other in wanted.blobs if other.startswith(path + "/")]
        for loser in below if path in latest else [path]:
            del wanted.blobs[loser]
    wanted.folders.clear()
    for path in wanted.blobs:
        _add_folders(wanted.folders, paths.parent(path))
