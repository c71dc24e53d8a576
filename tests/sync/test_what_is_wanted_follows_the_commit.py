"""What the next commit wants is made from what differs, and equals what a walk of the whole tree would give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.agent.profile import PROTECTION
from stoker.sync.plan import Target
from stoker.sync.protection import Excluder
from stoker.sync.wanted import Known, Wanted, wanted_files
from tests.torture.trees import MemoryTree, scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.sync.source import SourceEntry


class CountingTree(MemoryTree):
    """Counts whole walks."""

    walks = 0

    def walk(self, path: str) -> Iterator[SourceEntry]:
        """As MemoryTree.walk."""
        self.walks += 1
        return super().walk(path)


def target(source: str, destination: str, *, template: bool = False) -> Target:
    return Target(source, destination, "dir", template, source)


def excluder(*targets: Target) -> Excluder:
    return Excluder(PROTECTION, ["**/*.bak"], [target.destination for target in targets], {})


def contents(wanted: Wanted) -> tuple[object, ...]:
    return (
        wanted.blobs,
        wanted.executables,
        wanted.makings,
        wanted.folders,
        wanted.folder_order,
        wanted.regions,
        wanted.spared,
    )


@pytest.mark.parametrize("seed", range(60))
def test_it_equals_a_walk_of_the_whole_tree(seed: int) -> None:
    tree, later = scenario(seed).trees
    targets = [target("src/A", "projects/A"), target("src/B", "projects/B", template=True)]
    targets = [one for one in targets if "missing" not in (tree.lookup(one.source), later.lookup(one.source))]
    excludes = excluder(*targets)
    known = wanted_files(tree, targets, excludes)
    followed = wanted_files(later, targets, excludes, known)
    assert contents(followed.wanted) == contents(wanted_files(later, targets, excludes).wanted)
    assert contents(known.wanted) == contents(wanted_files(tree, targets, excludes).wanted)


def test_what_is_spared_follows_too() -> None:
    one = target("config", "config")
    excludes = excluder(one)
    trees = [CountingTree({"config/a": b"1"}), CountingTree({"config/a": b"1", "config/local/b": b"1"})]
    known = wanted_files(trees[0], [one], excludes)
    spared = []
    for tree in (trees[1], trees[0]):
        known = wanted_files(tree, [one], excludes, known)
        spared.append(known.wanted.spared)
    assert spared == [{"config/local/b"}, set()]


def test_an_equal_folder_costs_no_walk() -> None:
    tree = CountingTree({"src/a": b"1", "src/b/c": b"2"})
    one = target("src", "projects")
    excludes = excluder(one)
    known = wanted_files(tree, [one], excludes)
    later = CountingTree({"src/a": b"1", "src/b/c": b"2", "README": b"new"})
    before = later.walks
    later.identity("src")
    cost_of_identity = later.walks - before
    assert wanted_files(later, [one], excludes, known).wanted is known.wanted
    assert later.walks == before + 2 * cost_of_identity


def test_a_changed_excluded_file_stays_unwanted() -> None:
    one = target("src", "projects")
    excludes = excluder(one)
    known = wanted_files(MemoryTree({"src/a": b"1", "src/x.bak": b"1"}), [one], excludes)
    followed = wanted_files(MemoryTree({"src/a": b"1", "src/x.bak": b"2"}), [one], excludes, known)
    assert set(followed.wanted.blobs) == {"projects/a"}


def test_overlaid_destinations_are_walked_as_a_whole() -> None:
    targets = [target("base", "projects"), target("over", "projects/P")]
    excludes = excluder(*targets)
    known = wanted_files(MemoryTree({"base/P/a": b"1", "over/a": b"2"}), targets, excludes)
    later = MemoryTree({"base/P/a": b"3", "over/b": b"2"})
    followed: Known = wanted_files(later, targets, excludes, known)
    assert contents(followed.wanted) == contents(wanted_files(later, targets, excludes).wanted)
    assert set(followed.wanted.blobs) == {"projects/P/a", "projects/P/b"}
