"""Directories of a commit whose entries are named, ordered or typed as no git would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid, StoreBroken
from tests.hostile.cases import Case, Harmless, Refused
from tests.hostile.forge import FILE, FOLDER, LINK, MODULE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.ground import Ground


def entry(name: bytes, mode: bytes = FILE) -> Callable[[Ground], None]:
    """A file, link or module of that name beside a good one."""
    return lambda ground: ground.holds(ground.plain(), (mode, name, ground.forge.blob("x")))


def folder(name: bytes) -> Callable[[Ground], None]:
    """A folder of that name with one file in it."""
    return lambda ground: ground.holds((FOLDER, name, ground.forge.folder({"a": "x"})))


def climbing(ground: Ground) -> None:
    """Folders up and out, and the file that is there already."""
    up = ground.forge.nested("../../outside", ground.forge.folder({"passwd": "mine"}))
    ground.holds((FOLDER, b"deep", up))


def twice(ground: Ground) -> None:
    """One name for two files."""
    ground.holds(ground.plain(b"a", "1"), ground.plain(b"a", "2"))


def file_and_folder(ground: Ground) -> None:
    """One name for a file and for a folder."""
    ground.holds(ground.plain(b"a"), (FOLDER, b"a", ground.forge.folder({"b": "x"})))


def link_and_folder(ground: Ground) -> None:
    """A link that leads out, and a folder of the same name with a file to be written through it."""
    ground.holds(
        (LINK, b"a", ground.forge.blob("../../outside")), (FOLDER, b"a", ground.forge.folder({"passwd": "mine"}))
    )


def unsorted(ground: Ground) -> None:
    """Good names in no order."""
    ground.holds(ground.plain(b"c", "3"), ground.plain(b"a", "1"), ground.plain(b"b", "2"))


def case_twins(ground: Ground) -> None:
    """Two names that are one elsewhere."""
    ground.holds(ground.plain(b"A", "1"), ground.plain(b"a", "2"))


def form_twins(ground: Ground) -> None:
    """One letter in two Unicode forms."""
    ground.holds(ground.plain("é".encode(), "composed"), ground.plain("e\u0301".encode(), "apart"))


def cut_short(ground: Ground) -> None:
    """A directory that ends in the middle of an id."""
    body = b"100644 a\0" + bytes.fromhex(ground.forge.blob("1"))
    ground.roots((FOLDER, b"projects", ground.forge.put("tree", body[:-7])))


def without_end(ground: Ground) -> None:
    """A directory whose entry has no end of its name."""
    ground.roots((FOLDER, b"projects", ground.forge.put("tree", b"100644 abc")))


def of_mode(mode: bytes) -> Callable[[Ground], None]:
    """A file of a strange mode."""
    return lambda ground: ground.holds((mode, b"a", ground.forge.blob("1")))


def folder_of_old_mode(ground: Ground) -> None:
    """A folder whose mode has permissions, as tools before git 1.0 wrote them."""
    ground.holds((b"40755", b"d", ground.forge.folder({"a": "1"})))


def file_that_is_a_tree(ground: Ground) -> None:
    """A file whose id is that of a directory."""
    ground.holds((FILE, b"a", ground.forge.folder({"b": "1"})))


def folder_that_is_a_blob(ground: Ground) -> None:
    """A folder whose id is that of a file."""
    ground.holds((FOLDER, b"a", ground.forge.blob("1")))


ONE = {"projects/a": "1"}
CASES = [
    Case("a file named ..", entry(b".."), Refused(PlanInvalid, ("'projects/..'", "climbs out"))),
    Case("a folder named ..", folder(b".."), Refused(PlanInvalid, ("'projects/../a'", "climbs out"))),
    Case("folders that climb to what is there", climbing, Refused(PlanInvalid, ("../../outside/passwd", "climbs out"))),
    Case("a file named .", entry(b"."), Refused(PlanInvalid, ("'projects/.'", "empty component"))),
    Case("a file without a name", entry(b""), Refused(PlanInvalid, ("without a name",))),
    Case("a folder without a name", folder(b""), Refused(PlanInvalid, ("without a name",))),
    Case("a folder named .git", folder(b".git"), Refused(PlanInvalid, ("'projects/.git/a'", "git's own folder"))),
    Case("a folder named .GIT", folder(b".GIT"), Refused(PlanInvalid, ("'projects/.GIT/a'", "git's own folder"))),
    Case("a file named .git", entry(b".git"), Refused(PlanInvalid, ("'projects/.git'", "git's own folder"))),
    Case("a folder named git~1", folder(b"git~1"), Harmless({"projects/git~1/a": "x"})),
    Case("a name with a slash", entry(b"b/c"), Refused(PlanInvalid, ("'b/c'", "slash"))),
    Case("a name that climbs by slashes", entry(b"../../outside/passwd"), Refused(PlanInvalid, ("slash",))),
    Case("an absolute name", entry(b"/etc/passwd"), Refused(PlanInvalid, ("'/etc/passwd'", "slash"))),
    Case("a name with backslashes", entry(b"..\\..\\b"), Harmless({**ONE, "projects/..\\..\\b": "x"})),
    Case("a name with NUL", entry(b"b\0c"), Refused(StoreBroken, ("is damaged",))),
    Case("a name with a newline", entry(b"b\nc"), Refused(PlanInvalid, (r"'projects/b\nc'", "control character"))),
    Case("a name with an escape", entry(b"b\x1b[2Jc"), Refused(PlanInvalid, (r"b\x1b[2Jc", "control character"))),
    Case("a name with DEL", entry(b"b\x7f"), Refused(PlanInvalid, (r"b\x7f", "control character"))),
    Case("a name with a C1 control", entry("b\x9b".encode()), Refused(PlanInvalid, (r"b\x9b", "control character"))),
    Case("a name that is no UTF-8", entry(b"caf\xe9"), Refused(PlanInvalid, (r"caf\xe9", "not UTF-8"))),
    Case("a name of 300 bytes", entry(b"n" * 300), Refused(PlanInvalid, ("more than 255 bytes",))),
    Case("a name of 255 bytes", entry(b"n" * 255), Harmless({**ONE, f"projects/{'n' * 255}": "x"})),
    Case("a name like an option", entry(b"--help"), Harmless({**ONE, "projects/--help": "x"})),
    Case("our state folder", folder(b".stoker"), Harmless({"projects/.stoker/a": "x"})),
    Case("our staging folder", folder(b".sync-staging"), Harmless({})),
    Case("one name for two files", twice, Refused(PlanInvalid, ("'a'", "twice"))),
    Case("one name for a file and a folder", file_and_folder, Refused(PlanInvalid, ("'a'", "twice"))),
    Case("one name for a link and a folder", link_and_folder, Refused(PlanInvalid, ("'a'", "twice"))),
    Case("names in no order", unsorted, Harmless({"projects/a": "1", "projects/b": "2", "projects/c": "3"})),
    Case("names that differ by case", case_twins, Harmless({"projects/A": "1", "projects/a": "2"})),
    Case("names that differ by form", form_twins, Harmless({"projects/é": "composed", "projects/e\u0301": "apart"})),
    Case("a directory that is cut short", cut_short, Refused(StoreBroken, ("is damaged",))),
    Case("a name without an end", without_end, Refused(StoreBroken, ("is damaged",))),
    Case("a mode with sticky bits", of_mode(b"107777"), Harmless(ONE)),
    Case("a mode that is no number", of_mode(b"rw-r--"), Refused(StoreBroken, ("is damaged",))),
    Case("a folder of an old mode", folder_of_old_mode, Harmless({"projects/d/a": "1"})),
    Case("a link that leads out", entry(b"l", LINK), Harmless(ONE)),
    Case("a module", entry(b"m", MODULE), Harmless(ONE)),
    Case("a file that is a tree", file_that_is_a_tree, Refused(PlanInvalid, ("is a tree", "blob"))),
    Case("a folder that is a blob", folder_that_is_a_blob, Refused(PlanInvalid, ("is a blob", "tree"))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_entry_never_leads_out(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
