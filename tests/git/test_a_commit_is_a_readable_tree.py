"""What the sync engine sees of a commit: every kind of entry, at any depth, by its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import CommitGone, PlanInvalid, StoreBroken
from stoker.git.library import opened
from stoker.git.tree import CommitTree

if TYPE_CHECKING:
    from tests.fakes.gitrepos import Origin


def _tree(origin: Origin, commit: str) -> CommitTree:
    with opened(origin.path) as repository:
        return CommitTree(repository, commit, where="here")


def test_leaves_of_every_kind_are_told_apart(origin: Origin) -> None:
    first = origin.commit({"run": "x", "deep/er/plain": "y"}, executable=("run",), symlinks={"link": "run"})
    origin.git("read-tree", first)
    origin.git("update-index", "--add", "--cacheinfo", f"160000,{first},module")
    tree = origin.git("write-tree")
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    found = _tree(origin, origin.git(*who, "commit-tree", "-m", "with a module", tree))
    assert {entry.path: entry.kind for entry in found.walk("")} == {
        "run": "executable",
        "link": "symlink",
        "module": "submodule",
        "deep/er/plain": "file",
    }
    assert [found.lookup(path) for path in ("run", "link", "module", "deep", "nope", "run/x", "")] == [
        "file",
        "symlink",
        "submodule",
        "dir",
        "missing",
        "missing",
        "dir",
    ]


def test_a_walk_begins_anywhere(origin: Origin) -> None:
    tree = _tree(origin, origin.commit({"a/b/c": "1", "a/d": "2", "e": "3"}))
    assert sorted(entry.path for entry in tree.walk("a")) == ["b/c", "d"]
    assert [entry.path for entry in tree.walk("a/d")] == [""]
    assert list(tree.walk("nope")) == []


def test_names_with_blanks_and_other_letters(origin: Origin) -> None:
    names = ["with blank/and more.json", "Überblick/ñandú", "dash-/-x", "päth/日本"]
    tree = _tree(origin, origin.commit(dict.fromkeys(names, "x")))
    assert sorted(entry.path for entry in tree.walk("")) == sorted(names)
    assert tree.lookup("Überblick/ñandú") == "file"


def test_a_name_that_is_no_utf8_is_named(origin: Origin) -> None:
    commit = origin.commit({'"caf\\351.json"': "x"})
    with pytest.raises(PlanInvalid, match=r"caf\\xe9\.json.*not UTF-8; rename"):
        list(_tree(origin, commit).walk(""))


def test_three_hundred_folders_deep(origin: Origin) -> None:
    path = "/".join(["d"] * 300) + "/leaf"
    tree = _tree(origin, origin.commit({path: "x"}))
    assert [entry.path for entry in tree.walk("")] == [path]
    assert tree.lookup(path) == "file"


def test_contents_are_bytes_and_empty_files_are_files(origin: Origin) -> None:
    tree = _tree(origin, origin.commit({"a": b"\x00\xff\r\n", "empty": b""}))
    assert {entry.path: tree.read(entry.blob) for entry in tree.walk("")} == {"a": b"\x00\xff\r\n", "empty": b""}


def test_who_wrote_it_and_the_first_line_of_why(origin: Origin) -> None:
    tree = _tree(origin, origin.commit({"a": "1"}, message="Raise the setpoint\n\nBecause."))
    assert (tree.author, tree.subject) == ("Ann Author", "Raise the setpoint")


def test_a_commit_that_is_not_there(origin: Origin) -> None:
    with pytest.raises(CommitGone, match="a" * 40):
        _tree(origin, "a" * 40)


def test_a_file_that_is_not_there(origin: Origin) -> None:
    tree = _tree(origin, origin.commit({"a": "1"}))
    with pytest.raises(StoreBroken, match=r"blob b+ is missing"):
        tree.read("b" * 40)
