"""How a file that is not simply copied is made: as a template, then by patches; and when it need not be made again.

A making belongs to a mapping and to the patches whose globs match the file. The recipe, which the manifest keeps, names
the fields that a file's making looked at, with a digest of their values and of the making itself: equal recipes make
equal files of equal blobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from stoker.errors import PlanInvalid, TemplateInvalid
from stoker.sync.globs import compile_globs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.sync.fields import Fields
    from stoker.sync.globs import Globs
    from stoker.sync.plan import PatchRule, Target
    from stoker.sync.source import SourceTree

_HELD = 4 << 20
"""Bytes of made files that wait between comparison and staging; what is beyond is made a second time."""


class Patch(NamedTuple):
    """One patch of a mapping: paths in the document and the templates of their values. The others are for messages."""

    where: str
    file: str | None
    sets: tuple[tuple[str, str], ...]


class Making(NamedTuple):
    """What is done to a blob to make the file."""

    template: bool
    patches: tuple[Patch, ...]


class Makings:
    """The makings of one mapping's files."""

    def __init__(self, target: Target) -> None:
        """Raises PlanInvalid for a patch that names no file of a folder, and for a bad glob."""
        self._template = target.template
        self._base = target.destination.rpartition("/")[2] if target.kind == "file" else None
        self._patches: list[tuple[Patch, Globs | None]] = []
        for number, rule in enumerate(target.patches, start=1):
            where = f"{target.what}, patch {number}"
            self._patches.append((Patch(where, rule.file, tuple(sorted(rule.set.items()))), _glob(rule, target, where)))
        self._shared: dict[tuple[Patch, ...], Making] = {}
        self.plain = not target.template and not target.patches

    def of(self, relative: str) -> Making | None:
        """The making of the file at `relative` to the destination; None for one that is copied as it is."""
        if self.plain:
            return None
        name = relative if self._base is None else self._base
        patches = tuple(patch for patch, glob in self._patches if glob is None or glob.fullmatch(name))
        if not patches and not self._template:
            return None
        making = self._shared.get(patches)
        if making is None:
            making = self._shared[patches] = Making(self._template, patches)
        return making

    def unmatched(self, paths: Sequence[str]) -> list[str]:
        """A warning for each patch that matches none of the mapping's files (`paths`, relative to the destination)."""
        names = paths if self._base is None else [self._base]
        return [
            f"{patch.where}: no file matches {patch.file!r}, so it changes nothing"
            for patch, glob in self._patches
            if glob is not None and not any(map(glob.fullmatch, names))
        ]


class Made(NamedTuple):
    """A file's content, and the recipe it was made by."""

    data: bytes
    recipe: str


class Maker:
    """Makes the files of one sync. Used from one thread at a time."""

    def __init__(self, fields: Fields, tree: SourceTree) -> None:
        self._fields = fields
        self._tree = tree
        self._current: dict[tuple[str, Making], bool] = {}
        self._values: dict[Patch, tuple[dict[str, str], frozenset[str]]] = {}
        self._waiting: dict[tuple[str, str], Made] = {}
        self._waiting_size = 0

    def make(self, path: str, blob: str, making: Making) -> Made:
        """The file for `path` (which messages name). Kept, within bounds, until it was asked for a second time.

        Raises TemplateInvalid, PatchInvalid, and what the tree raises.
        """
        made = self._waiting.pop((path, blob), None)
        if made is not None:
            self._waiting_size -= len(made.data)
            return made
        made = self._make(path, self._tree.read(blob), making)
        if self._waiting_size + len(made.data) <= _HELD:
            self._waiting[path, blob] = made
            self._waiting_size += len(made.data)
        return made

    def still_makes(self, recipe: str, making: Making) -> bool:
        """Would a file made by `recipe` come out the same from the same blob?"""
        known = self._current.get((recipe, making))
        if known is None:
            names = recipe.rpartition("#")[0]
            used = {unquote(name) for name in names.split(",")} if names else set()
            known = self._current[recipe, making] = self._recipe(frozenset(used), making) == recipe
        return known

    def _make(self, path: str, data: bytes, making: Making) -> Made:
        used: frozenset[str] = frozenset()
        if making.template:
            data, used = self._render(path, data)
        if making.patches:
            from stoker.sync.jsonset import set_values

            for patch in making.patches:
                values, names = self._values_of(patch)
                data = set_values(data, values, path)
                used |= names
        return Made(data, self._recipe(used, making))

    def _render(self, path: str, data: bytes) -> tuple[bytes, frozenset[str]]:
        if b"\0" in data:
            raise TemplateInvalid(
                f"{path}: the file holds a NUL byte, and a binary file cannot be a template: map it without template"
            )
        text, used = self._fields.render(data.decode("utf-8", "surrogateescape"), path)
        return text.encode("utf-8", "surrogateescape"), used

    def _values_of(self, patch: Patch) -> tuple[dict[str, str], frozenset[str]]:
        known = self._values.get(patch)
        if known is None:
            made = {at: self._fields.render(value, f"{patch.where}, value of {at!r}") for at, value in patch.sets}
            used = frozenset[str]().union(*(value.used for value in made.values()))
            known = self._values[patch] = ({at: value.text for at, value in made.items()}, used)
        return known

    def _recipe(self, used: frozenset[str], making: Making) -> str:
        names = sorted(used)
        patches = [[patch.sets for patch in making.patches], making.template] if making.patches else []
        return ",".join(quote(name, safe="") for name in names) + "#" + self._fields.digest(names, *patches)


def _glob(rule: PatchRule, target: Target, where: str) -> Globs | None:
    """What a file's name must match; None where the mapping is the file."""
    try:
        glob = compile_globs([rule.file]) if rule.file else None
    except PlanInvalid as error:
        raise PlanInvalid(f"{where}: invalid patch file pattern: {error}") from None
    if glob is None and target.kind == "dir":
        raise PlanInvalid(f"{where}: it names no file, and the mapping is a folder: set file to a glob below it")
    return glob
