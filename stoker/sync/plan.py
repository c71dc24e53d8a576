"""What a sync is asked to do, and which mappings take part once their fields are put in.

Nothing live is looked at here, and no file of the tree is read: which files are wanted is `wanted`'s to say.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from stoker.errors import PlanInvalid
from stoker.sync import paths
from stoker.values import Value, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.sync.fields import Fields
    from stoker.sync.source import SourceTree


class PatchRule(Value, frozen=True):
    """One patch of a mapping: a glob below its destination, and the values to set, by path in the JSON document."""

    file: str | None
    set: Mapping[str, str]


class MappingRule(Value, frozen=True):
    """One mapping, as written in the profile; source and destination may hold template fields."""

    source: str
    destination: str
    type: Literal["dir", "file"] | None = None
    required: bool = False
    template: bool = False
    patches: tuple[PatchRule, ...] = ()


class SyncRequest(Value, frozen=True):
    """What to make live. `commit` is a full hash; `allow_mass_delete` the one whose mass deletion is allowed, or "".

    drift: restore brings back every file that somebody changed; heal too; report leaves changed files, and files that
    somebody added, as they are, unless the commit changes the same file. spare: paths that are left so in any case.
    to_allow: what a person does where a mass deletion is refused, as the caller's surroundings have it.
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
    to_allow: str = ""
    trigger: str = ""


class Target(Value, frozen=True):
    """A mapping after its fields were put in: where it reads, where it writes."""

    source: str
    destination: str
    kind: Literal["dir", "file"]
    template: bool
    what: str
    patches: tuple[PatchRule, ...] = ()


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


class Resolved(NamedTuple):
    """The mappings of a request. targets: those that take part, top to bottom; optional ones without a source do not.

    destinations: of all of them, since one that is left out still names the place where what it wrote is cleaned.
    """

    targets: list[Target]
    destinations: list[str]


def resolve(request: SyncRequest, fields: Fields) -> Resolved:
    """Put the fields into the mappings and look their sources up.

    Raises PlanInvalid, TemplateInvalid.
    """
    resolved = Resolved([], [])
    for number, rule in enumerate(request.mappings, start=1):
        what = f"mapping {number} (source {rule.source!r})"
        source = paths.normalise(fields.render(rule.source, f"{what}, source").text, f"{what}: source")
        destination = fields.render(rule.destination, f"{what}, destination").text
        destination = paths.normalise(destination, f"{what}: destination")
        resolved.destinations.append(destination)
        found = request.tree.lookup(source)
        if found == "missing":
            if rule.required:
                commit = request.commit[:12]
                raise PlanInvalid(f"{what}: required source does not exist: {source!r} is not in commit {commit}")
            continue
        if found not in ("dir", "file"):
            raise PlanInvalid(
                f"{what}: the source {source!r} is a {found}, which is never followed: name what it means"
            )
        if rule.type is not None and rule.type != found:
            raise PlanInvalid(
                f"{what}: type mismatch: type is {rule.type}, but {source!r} is a {found} in the repository"
            )
        if found == "file" and not destination:
            raise PlanInvalid(f"{what}: the destination of a file is the data directory itself: name the file")
        kind: Literal["dir", "file"] = "dir" if found == "dir" else "file"
        resolved.targets.append(Target(source, destination, kind, rule.template, what, rule.patches))
    return resolved
