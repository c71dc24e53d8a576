"""Repositories on this machine whose configuration, refs and objects mean more than a commit's files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stoker.errors import CommitGone, PlanInvalid, RepositoryNotFound, StoreBroken
from tests.fakes.gitrepos import make_origin
from tests.hostile.cases import Case, Harmless, Refused
from tests.hostile.forge import FILE, Forge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.ground import Ground

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'1' * 64}\nsize 12345\n"
HOOKS = (
    "pre-auto-gc",
    "post-checkout",
    "post-index-change",
    "fsmonitor-watchman",
    "reference-transaction",
    "pre-receive",
)


def at(ref: str, url: str = "", make: Callable[[Ground], None] | None = None) -> Callable[[Ground], None]:
    """A good commit, asked for by that ref and URL, after something else was done."""

    def made(ground: Ground) -> None:
        ground.holds(ground.plain())
        if make is not None:
            make(ground)
        ground.ref, ground.url = ref, url or ground.url

    return made


def main(make: Callable[[Ground], None]) -> Callable[[Ground], None]:
    """The same of the branch."""
    return at("main", make=make)


def config(*lines: str) -> Callable[[Ground], None]:
    """More lines of configuration; {evil} is a program that would be seen outside, {outside} the folder there."""

    def make(ground: Ground) -> None:
        text = "\n".join(lines).format(evil=evil(ground), outside=ground.outside)
        with (ground.origin.path / "config").open("a") as file:
            file.write(f"\n{text}\n")

    return main(make)


def evil(ground: Ground) -> str:
    """A program whose every run leaves a trace outside."""
    program = ground.root / "evil"
    program.write_text(f"#!/bin/sh\ntouch {ground.outside}/ran\n")
    program.chmod(0o755)
    return str(program)


def hooks(ground: Ground) -> None:
    """Every hook there is."""
    (ground.origin.path / "hooks").mkdir(exist_ok=True)
    for name in HOOKS:
        os.symlink(evil(ground), ground.origin.path / "hooks" / name)


def of_others(ground: Ground) -> None:
    """It belongs to somebody else."""
    for folder, _, names in os.walk(ground.origin.path):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            os.chown(path, 65534, 65534, follow_symlinks=False)


def borrowing(ground: Ground) -> None:
    """The commit's objects lie in another repository, which was never named."""
    secret = Forge(make_origin(ground.root / "secret.git"))
    commit = secret.commit(secret.nested("projects", secret.folder({"a": "secret"})))
    (ground.origin.path / "objects/info").mkdir(exist_ok=True)
    (ground.origin.path / "objects/info/alternates").write_text(f"{ground.root}/secret.git/objects\n")
    ground.forge.ref("refs/heads/main", commit)


def of_another(name: str, text: str) -> Callable[[Ground], None]:
    """A file of that name says where the repository is."""

    def make(ground: Ground) -> None:
        borrowing(ground)
        (ground.origin.path / "objects/info/alternates").unlink()
        (ground.origin.path / name).write_text(text.format(secret=ground.root / "secret.git"))

    return main(make)


def work_tree(ground: Ground) -> None:
    """A folder whose .git is a file that names another repository."""
    borrowing(ground)
    (ground.root / "tree").mkdir()
    (ground.root / "tree/.git").write_text(f"gitdir: {ground.root}/secret.git\n")
    ground.url = (ground.root / "tree").as_uri()


def linked_objects(ground: Ground) -> None:
    """The folder of the objects is a link to that of another repository."""
    borrowing(ground)
    objects = ground.origin.path / "objects"
    objects.rename(ground.root / "old")
    os.symlink(ground.root / "secret.git/objects", objects)


def replaced(ground: Ground) -> None:
    """Another commit is to be read in its place."""
    good = ground.commit
    other = ground.forge.commit(ground.forge.nested("projects", ground.forge.folder({"a": "other"})))
    ground.forge.ref("refs/heads/main", good)
    ground.forge.ref(f"refs/replace/{good}", other)


def grafted(ground: Ground) -> None:
    """It has parents that it does not name."""
    (ground.origin.path / "info").mkdir(exist_ok=True)
    (ground.origin.path / "info/grafts").write_text(f"{ground.commit} {'1' * 40}\n")
    (ground.origin.path / "shallow").write_text(f"{ground.commit}\n")


def ref_of(kind: str) -> Callable[[Ground], None]:
    """The branch names an object that is no commit."""

    def make(ground: Ground) -> None:
        made = ground.forge.blob("x") if kind == "blob" else ground.forge.tree()
        ground.forge.ref("refs/heads/main", made)

    return main(make)


def tag_of(*kinds: str) -> Callable[[Ground], None]:
    """A tag of a tag of … an object."""

    def make(ground: Ground) -> None:
        oid = {"commit": ground.commit, "blob": ground.forge.blob("x"), "nothing": "1" * 40}[kinds[-1]]
        kind = "blob" if kinds[-1] == "nothing" else kinds[-1]
        for name in reversed(kinds[:-1]):
            body = f"object {oid}\ntype {kind}\ntag {name}\ntagger A <a@b.c> 1 +0000\n\nx\n"
            oid, kind = ground.forge.put("tag", body.encode()), "tag"
        ground.forge.ref("refs/tags/v1", oid)

    return at("v1", make=make)


def tag_of_itself(ground: Ground) -> None:
    """A tag whose file says that it is of itself, which no hash allows."""
    oid = ground.forge.put("tag", b"object %s\ntype tag\ntag v\n\nx\n" % (b"1" * 40))
    file = ground.origin.path / "objects" / oid[:2] / oid[2:]
    ring = ground.origin.path / "objects/11" / ("1" * 38)
    ring.parent.mkdir(exist_ok=True)
    file.rename(ring)
    ground.forge.ref("refs/tags/v1", "1" * 40)


def commit_of(body: Callable[[Ground], bytes]) -> Callable[[Ground], None]:
    """A commit of these bytes."""
    return main(lambda ground: ground.forge.ref("refs/heads/main", ground.forge.put("commit", body(ground))))


def ring(ground: Ground) -> None:
    """Two refs that name each other."""
    (ground.origin.path / "refs/heads/main").write_text("ref: refs/heads/other\n")
    (ground.origin.path / "refs/heads/other").write_text("ref: refs/heads/main\n")


def linked_ref(ground: Ground) -> None:
    """The branch is a link to a file outside."""
    (ground.origin.path / "refs/heads/main").unlink()
    os.symlink(ground.outside / "passwd", ground.origin.path / "refs/heads/main")


def lfs(ground: Ground) -> None:
    """Attributes with a filter, and a file for it."""
    ground.holds((FILE, b".gitattributes", ground.forge.blob("* filter=lfs diff=evil\n")), ground.plain(b"a", POINTER))


WHO = b"author A <a@b.c> 1 +0000\ncommitter A <a@b.c> 1 +0000\n\nx\n"
ONE = {"projects/a": "1"}
NO_COMMIT = Refused(CommitGone, ("is not there",))
BORROWS = Refused(RepositoryNotFound, ("objects of another repository", "git repack -a -d"))
BROKEN = Refused(StoreBroken, ("run git fsck there",))
CASES = [
    Case("hooks of every kind", main(hooks), Harmless(ONE)),
    Case(
        "a monitor of the file system", config("[core]", "fsmonitor = {evil}", "hooksPath = {outside}"), Harmless(ONE)
    ),
    Case(
        "commands for ssh and proxies",
        config("[core]", "sshCommand = {evil}", "gitProxy = {evil}", "pager = {evil}"),
        Harmless(ONE),
    ),
    Case(
        "filters",
        config('[filter "lfs"]', "smudge = {evil}", "process = {evil}", '[diff "evil"]', "command = {evil}"),
        Harmless(ONE),
    ),
    Case("a work tree elsewhere", config("[core]", "bare = false", "worktree = {outside}"), Harmless(ONE)),
    Case("a configuration that includes others", config("[include]", "path = {outside}/passwd"), Harmless(ONE)),
    Case(
        "a configuration that includes itself",
        config("[include]", "path = config"),
        Refused(RepositoryNotFound, ("config",)),
    ),
    Case("a configuration that is none", config("[[[["), Refused(RepositoryNotFound, ("config",))),
    Case("URLs of other places", config('[url "file://{outside}/"]', "insteadOf = file:///"), Harmless(ONE)),
    Case("a repository of somebody else's", main(of_others), Harmless(ONE)),
    Case("objects that are borrowed", main(borrowing), BORROWS),
    Case("objects behind a link", main(linked_objects), BORROWS),
    Case("a repository in another one's name", of_another("commondir", "{secret}\n"), BORROWS),
    Case("a work tree of another repository", work_tree, BORROWS),
    Case("a commit that is replaced", main(replaced), Harmless(ONE)),
    Case("a commit with a graft", main(grafted), Harmless(ONE)),
    Case("a branch of a blob", ref_of("blob"), NO_COMMIT),
    Case("a branch of a tree", ref_of("tree"), NO_COMMIT),
    Case("a tag of a blob", tag_of("v1", "blob"), NO_COMMIT),
    Case("a tag of nothing", tag_of("v1", "nothing"), NO_COMMIT),
    Case(
        "a thousand tags of one another",
        tag_of(*map(str, range(1000)), "commit"),
        Refused(StoreBroken, ("more than 100 tags",)),
    ),
    Case("a tag of itself", at("v1", make=tag_of_itself), Refused(StoreBroken, ("run git fsck there",))),
    Case(
        "a commit of no tree", commit_of(lambda _: b"tree " + b"1" * 40 + b"\n" + WHO), Refused(StoreBroken, ("tree",))
    ),
    Case(
        "a commit whose tree is a blob",
        commit_of(lambda g: b"tree %s\n" % g.forge.blob("x").encode() + WHO),
        Refused(PlanInvalid, ("is a blob",)),
    ),
    Case("a commit that is garbage", commit_of(lambda _: b"\0\xff"), Refused(StoreBroken, ("repository",))),
    Case(
        "a commit of a long story",
        commit_of(lambda g: b"tree %s\n" % g.forge.tree().encode() + WHO + b"x" * 8_000_000),
        Harmless(),
    ),
    Case(
        "a commit by nobody",
        commit_of(lambda g: b"tree %s\nauthor \xff\xfe\ncommitter \n\n\xff\n" % g.forge.tree().encode()),
        Refused(StoreBroken, ("repository",)),
    ),
    Case("refs that name each other", main(ring), BROKEN),
    Case("a ref that is a link out", main(linked_ref), BROKEN),
    Case(
        "pointers to files elsewhere",
        main(lfs),
        Harmless({"projects/.gitattributes": "* filter=lfs diff=evil\n", "projects/a": POINTER}),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_repository_is_only_read(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
