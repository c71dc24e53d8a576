"""``CommitTree.changes`` gives just the leaves that differ, and reads just the directories that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pygit2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stoker.git.tree import CommitTree
from stoker.sync.plan import Target
from stoker.sync.protection import Excluder, Protection
from stoker.sync.wanted import wanted_files

if TYPE_CHECKING:
    from stoker.git.entries import TreeEntry
    from tests.fakes.gitrepos import Origin

NAMES = st.sampled_from(["a", "b c", "d", "resource.json"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
CONTENT = st.dictionaries(PATHS, st.sampled_from(["1", "2", "3"]), max_size=12)


def open_tree(origin: Origin, commit: str) -> CommitTree:
    return CommitTree(pygit2.Repository(str(origin.path)), commit, where="here")


def leaves(tree: CommitTree, path: str = "") -> dict[str, TreeEntry]:
    return {entry.path: entry for entry in tree.walk(path)}


def without_clashes(content: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in content.items() if not any(other.startswith(f"{path}/") for other in content)}


def test_a_changed_an_added_and_a_removed_file_are_found(origin: Origin) -> None:
    first = origin.commit({"p/a": "1", "p/b/c": "1", "p/gone": "1", "other": "1"})
    second = origin.commit({"p/a": "2", "p/b/new": "1", "p/gone": None, "other": "2"})
    before, after = open_tree(origin, first), open_tree(origin, second)
    found = after.changes("p", before.identity("p"))
    assert found is not None
    assert {(entry.path, bool(entry.blob)) for entry in found} == {("a", True), ("b/new", True), ("gone", False)}


def test_a_file_that_became_a_folder_is_gone_and_its_files_are_new(origin: Origin) -> None:
    first = origin.commit({"x": "1"})
    second = origin.commit({"x": None, "x/y": "1"})
    found = open_tree(origin, second).changes("", open_tree(origin, first).identity(""))
    assert found is not None
    assert {(entry.path, bool(entry.blob)) for entry in found} == {("x", False), ("x/y", True)}


def test_a_mode_that_changed_is_a_difference(origin: Origin) -> None:
    first = origin.commit({"run.sh": "1"})
    second = origin.commit({"run.sh": "1"}, executable=["run.sh"])
    found = open_tree(origin, second).changes("", open_tree(origin, first).identity(""))
    assert [entry.kind for entry in found or ()] == ["executable"]


def test_a_file_whose_mode_alone_changed_is_wanted_anew_by_a_mapping_of_its_own(origin: Origin) -> None:
    first = origin.commit({"run.sh": "1"})
    second = origin.commit({"run.sh": "1"}, executable=["run.sh"])
    targets = [Target("run.sh", "bin/run.sh", "file", template=False, what="mapping 1")]
    excluder = Excluder(Protection(), (), ("bin/run.sh",), ())
    before = wanted_files(open_tree(origin, first), targets, excluder)
    after = wanted_files(open_tree(origin, second), targets, excluder, before)
    assert (before.wanted.executables, after.wanted.executables) == (set(), {"bin/run.sh"})
    assert after.news == frozenset({"bin/run.sh"})


def test_equal_directories_are_not_read(origin: Origin) -> None:
    first = origin.commit({"p/same/deep/file": "1", "p/a": "1"})
    second = origin.commit({"p/a": "2"})
    same = open_tree(origin, first).identity("p/same")
    tree = open_tree(origin, second)
    (origin.path / "objects" / same[:2] / same[2:]).unlink()
    found = tree.changes("p", open_tree(origin, first).identity("p"))
    assert [entry.path for entry in found or ()] == ["a"]


def test_an_identity_that_the_store_does_not_hold_is_unknown(origin: Origin) -> None:
    commit = origin.commit({"a": "1"})
    assert open_tree(origin, commit).changes("", "0123456789" * 4) is None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=CONTENT, after=CONTENT)
def test_changes_lead_from_one_walk_to_the_other(origin: Origin, before: dict[str, str], after: dict[str, str]) -> None:
    olds, news = without_clashes(before), without_clashes(after)
    first = origin.commit({"keep": "k", **olds}, orphan=True)
    second = origin.commit({"keep": "k", **news}, orphan=True)
    old, new = open_tree(origin, first), open_tree(origin, second)
    state = leaves(old)
    for entry in new.changes("", old.identity("")) or ():
        if entry.blob:
            state[entry.path] = entry
        else:
            del state[entry.path]
    assert state == leaves(new)
