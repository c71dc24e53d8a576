"""A data directory in which something waits for us: links, pipes, sockets, second names, endless files and folders."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid, StagingFailed, StateUnreadable
from stoker.sync.plan import MappingRule
from tests.hostile.cases import Case, Harmless, Refused
from tests.hostile.forged import entry, manifest, state
from tests.hostile.ground import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hostile.ground import Ground

Placed = "Callable[[Path, Ground], None]"


def link_to(target: str) -> Callable[[Path, Ground], None]:
    """A symbolic link."""
    return lambda at, _: os.symlink(target, at)


def link_outside(at: Path, ground: Ground) -> None:
    """A symbolic link to the folder outside."""
    os.symlink(ground.outside, at)


def link_to_file(at: Path, ground: Ground) -> None:
    """A symbolic link to a file outside."""
    os.symlink(ground.outside / "passwd", at)


def pipe(at: Path, ground: Ground) -> None:
    """A FIFO that nobody writes to."""
    os.mkfifo(at)


def listening(at: Path, ground: Ground) -> None:
    """A socket. Its path may be longer than one can be bound by."""
    here = os.open(at.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{here}/{at.name}")
    os.close(here)


def folder(at: Path, ground: Ground) -> None:
    """A folder with a file in it."""
    write(at, {"x": "x"})


def second_name(at: Path, ground: Ground) -> None:
    """One more name of a file outside."""
    os.link(ground.outside / "passwd", at)


def sparse(at: Path, ground: Ground) -> None:
    """More than the memory there is, of nothing."""
    at.touch()
    os.truncate(at, 300 << 20)


def deep(at: Path, ground: Ground) -> None:
    """Two thousand folders in one another, deeper than a path can name."""
    at.mkdir()
    here = os.open(at, os.O_RDONLY)
    for _ in range(2100):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def at(path: str, place: Callable[[Path, Ground], None], name: bytes = b"deep/a") -> Callable[[Ground], None]:
    """That at this path, and a commit that wants ``projects/deep/a``."""

    def make(ground: Ground) -> None:
        ground.roots((b"40000", b"projects", ground.forge.nested("deep", ground.forge.folder({"a": "1"}))))
        (ground.data / path).parent.mkdir(parents=True, exist_ok=True)
        place(ground.data / path, ground)

    return make


def after_a_sync(path: str, place: Callable[[Path, Ground], None]) -> Callable[[Ground], None]:
    """A file of ours was replaced by that, and the next commit has another."""

    def make(ground: Ground) -> None:
        at("unused", lambda *_: None)(ground)
        ground.sync()
        target = ground.data / path
        target.unlink()
        place(target, ground)
        ground.roots((b"40000", b"projects", ground.forge.nested("deep", ground.forge.folder({"a": "2"}))))

    return make


def no_more_wanted(place: Callable[[Path, Ground], None]) -> Callable[[Ground], None]:
    """A file of ours was replaced by that, and the next commit has none."""

    def make(ground: Ground) -> None:
        after_a_sync("projects/deep/a", place)(ground)
        ground.holds(ground.plain(b"b", "2"))

    return make


def shared_manifest(ground: Ground) -> None:
    """The manifest has another name outside, as a backup made of hard links would give it."""
    at("unused", lambda *_: None)(ground)
    ground.sync()
    (ground.outside / "backup").write_bytes((ground.data / ".stoker/manifest").read_bytes())
    (ground.data / ".stoker/manifest").unlink()
    os.link(ground.outside / "backup", ground.data / ".stoker/manifest")
    ground.roots((b"40000", b"projects", ground.forge.nested("deep", ground.forge.folder({"a": "2"}))))


def empty_manifest(ground: Ground) -> None:
    """The manifest is an empty file outside."""
    at("unused", lambda *_: None)(ground)
    state(ground.data)
    (ground.outside / "empty").touch()
    os.link(ground.outside / "empty", ground.data / ".stoker/manifest")


def files_behind_a_link(ground: Ground) -> None:
    """The manifest has files in a folder that is a link by now, and nothing wants them."""
    at("unused", lambda *_: None)(ground)
    os.symlink(ground.outside, ground.data / "projects/old")
    state(ground.data, manifest=manifest(entry("projects/old/passwd", ground.outside / "passwd")))


def destination_is(
    place: Callable[[Path, Ground], None], path: str, destination: str = "config/x"
) -> Callable[[Ground], None]:
    """The mapping's destination, or what is above it."""

    def make(ground: Ground) -> None:
        at(path, place)(ground)
        ground.rules = (MappingRule("projects/deep", destination),)

    return make


ONE, TWO = {"projects/deep/a": "1"}, {"projects/deep/a": "2"}
LINKED = Refused(PlanInvalid, ("'projects/deep' in the data directory is a symbolic link",))
LINKED_FILE = Refused(PlanInvalid, ("'projects/deep/a' in the data directory is a symbolic link",))
NO_FILE = Refused(PlanInvalid, ("'projects/deep/a' in the data directory is no regular file",))
IN_THE_WAY = Refused(PlanInvalid, ("'projects/deep' in the data directory is in the way",))
NOT_OURS = Refused(StateUnreadable, ("no file of ours", "move it away"))
MOVE = Refused(StagingFailed, ("move away what stands there",))
CASES = [
    Case("a folder on the way is a link out", at("projects/deep", link_outside), LINKED),
    Case("a folder on the way is a link in", at("projects/deep", link_to("../var")), LINKED),
    Case("a folder on the way is a dangling link", at("projects/deep", link_to("nowhere")), LINKED),
    Case("a folder on the way is a link to itself", at("projects/deep", link_to("deep")), LINKED),
    Case("a folder on the way is a pipe", at("projects/deep", pipe), IN_THE_WAY),
    Case("a folder on the way is a socket", at("projects/deep", listening), IN_THE_WAY),
    Case(
        "the destination is a link out",
        destination_is(link_outside, "config/x"),
        Refused(PlanInvalid, ("'config/x'", "link")),
    ),
    Case(
        "a parent of the destination is a link out",
        destination_is(link_outside, "config/up", "config/up/x"),
        Refused(PlanInvalid, ("'config/up'", "link")),
    ),
    Case("the file is a link out", at("projects/deep/a", link_to_file), LINKED_FILE),
    Case("the file is a dangling link", at("projects/deep/a", link_to("nowhere")), LINKED_FILE),
    Case("the file is a link to itself", at("projects/deep/a", link_to("a")), LINKED_FILE),
    Case("the file is a pipe", at("projects/deep/a", pipe), NO_FILE),
    Case("the file is a socket", at("projects/deep/a", listening), NO_FILE),
    Case("the file is one of outside by a second name", at("projects/deep/a", second_name), Harmless(ONE)),
    Case("the file is endless", at("projects/deep/a", sparse), Harmless(ONE)),
    Case("a file of ours became a link", after_a_sync("projects/deep/a", link_to_file), LINKED_FILE),
    Case("a file of ours became a pipe", after_a_sync("projects/deep/a", pipe), NO_FILE),
    Case("a file of ours became a second name", after_a_sync("projects/deep/a", second_name), Harmless(TWO)),
    Case("a link where nothing is wanted any more", no_more_wanted(link_to_file), Harmless({"projects/b": "2"})),
    Case("a pipe where nothing is wanted any more", no_more_wanted(pipe), Harmless({"projects/b": "2"})),
    Case("files of ours behind a link", files_behind_a_link, Harmless(ONE)),
    Case("a stray link", at("projects/x", link_outside), Harmless(ONE)),
    Case("a stray pipe", at("projects/x", pipe), Harmless(ONE)),
    Case("a stray socket", at("projects/x", listening), Harmless(ONE)),
    Case("a stray second name", at("projects/x", second_name), Harmless(ONE)),
    Case("a stray endless file", at("projects/x", sparse), Harmless(ONE)),
    Case("a stray folder without end", at("projects/x", deep), Harmless(ONE)),
    Case("the state folder is a link", at(".stoker", link_outside), MOVE),
    Case("the state folder is a pipe", at(".stoker", pipe), MOVE),
    Case("the manifest is a link", at(".stoker/manifest", link_to_file), NOT_OURS),
    Case("the manifest is a pipe", at(".stoker/manifest", pipe), NOT_OURS),
    Case("the manifest is a socket", at(".stoker/manifest", listening), NOT_OURS),
    Case("the manifest is a folder", at(".stoker/manifest", folder), NOT_OURS),
    Case(
        "the manifest is a file of outside",
        at(".stoker/manifest", second_name),
        Refused(StateUnreadable, ("not ours",)),
    ),
    Case("the manifest has a second name", shared_manifest, Harmless(TWO)),
    Case("the manifest is an empty file of outside", empty_manifest, Harmless(ONE)),
    Case("the journal is a link", at(".stoker/journal", link_to_file), NOT_OURS),
    Case("the journal is a pipe", at(".stoker/journal", pipe), NOT_OURS),
    Case("the journal is a folder", at(".stoker/journal", folder), NOT_OURS),
    Case("the journal is a file of outside", at(".stoker/journal", second_name), Refused(StateUnreadable, ("cannot",))),
    Case("a new journal is a link", at(".stoker/journal.new", link_to_file), Harmless(ONE)),
    Case("a new journal is a pipe", at(".stoker/journal.new", pipe), Harmless(ONE)),
    Case("a new journal is a folder", at(".stoker/journal.new", folder), MOVE),
    Case("a new manifest is a link", at(".stoker/manifest.new", link_to_file), Harmless(ONE)),
    Case("the lock is a link", at(".stoker/lock", link_to_file), MOVE),
    Case("the lock is a pipe", at(".stoker/lock", pipe), Refused(StagingFailed, ("lock", "move it away"))),
    Case("the lock is a folder", at(".stoker/lock", folder), MOVE),
    Case("the lock is a file of outside", at(".stoker/lock", second_name), Harmless(ONE)),
    Case("the staging folder is a link", at(".sync-staging", link_outside), MOVE),
    Case("the staging folder is a pipe", at(".sync-staging", pipe), MOVE),
    Case("the staging folder is without end", at(".sync-staging", deep), Harmless(ONE)),
    Case("a link in the staging folder", at(".sync-staging/n0", link_to_file), Harmless(ONE)),
    Case("a linked folder in the staging folder", at(".sync-staging/old", link_outside), Harmless(ONE)),
    Case("what is kept is a link that nothing goes to", at(".stoker/kept", link_outside), Harmless(ONE)),
    Case("what is kept has no end", at(".stoker/kept/20200101T000000Z-1-1", deep), Harmless(ONE)),
    Case("a link among what is kept", at(".stoker/kept/20200101T000000Z-1-1", link_outside), Harmless(ONE)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_directory_never_leads_out(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
