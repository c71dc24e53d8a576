"""What a sync must do, told a second time in the plainest words: dictionaries, no plan, no journal, no short cut.

It knows the contract and nothing of the engine. Paths are relative to the data directory; contents are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Tree = dict[str, bytes]


@dataclass(frozen=True)
class Mapping:
    """One mapping: a folder or a file of the repository to a place in the data directory ("" is the directory itself)."""

    source: str
    destination: str


@dataclass
class Model:
    """A data directory, what syncs wrote in it, and what was kept of other people's work."""

    live: Tree = field(default_factory=dict)
    written: Tree = field(default_factory=dict)
    kept: list[bytes] = field(default_factory=list)

    def sync(self, tree: Tree, mappings: list[Mapping], excluded_names: set[str]) -> bool:
        """Make the tree live; False, and nothing done, where the plan cannot be carried out."""
        wanted, regions = self._wanted(tree, mappings, excluded_names)
        gone = [
            path
            for path in self.live
            if path not in wanted
            and not self._excluded(path, mappings, excluded_names)
            and (path in self.written or any(path.startswith(region + "/") for region in regions))
        ]
        stays = [path for path in self.live if path not in gone]
        if any(one.startswith(two + "/") or two.startswith(one + "/") for one in stays for two in wanted):
            return False
        for path in [*gone, *wanted]:
            found = self.live.get(path)
            if found is not None and found not in (self.written.get(path), wanted.get(path)):
                self.kept.append(found)
        self.live = {path: self.live[path] for path in stays} | wanted
        excluded = {p: c for p, c in self.written.items() if self._excluded(p, mappings, excluded_names)}
        self.written = excluded | wanted
        return True

    def _wanted(self, tree: Tree, mappings: list[Mapping], excluded_names: set[str]) -> tuple[Tree, set[str]]:
        wanted: Tree = {}
        regions = set()
        for mapping in mappings:
            if mapping.source in tree:
                found = {mapping.destination: tree[mapping.source]}
            else:
                below = mapping.source + "/"
                found = {
                    f"{mapping.destination}/{path.removeprefix(below)}".lstrip("/"): content
                    for path, content in tree.items()
                    if path.startswith(below)
                }
                regions |= {mapping.destination} if found and mapping.destination else set()
            for path, content in found.items():
                if self._excluded(path, mappings, excluded_names):
                    continue
                for other in list(wanted):
                    if other.startswith(path + "/") or path.startswith(other + "/"):
                        del wanted[other]
                wanted[path] = content
        return wanted, regions

    def _excluded(self, path: str, mappings: list[Mapping], excluded_names: set[str]) -> bool:
        parts = path.split("/")
        if not excluded_names.isdisjoint(parts) or ".resources" in parts:
            return True
        if not any(part.endswith(".tmp") for part in parts) or path in self.written:
            return False
        named = [mapping.destination for mapping in mappings if ".tmp" in mapping.destination]
        return not any(path == at or path.startswith(at + "/") for at in named)
