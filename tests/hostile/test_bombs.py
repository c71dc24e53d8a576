"""Commits that are a kilobyte in the store and a plant full of files, folders or bytes once they are read."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid
from stoker.sync.plan import MappingRule
from tests.hostile.cases import Case, Harmless, Refused
from tests.hostile.forge import FILE, FOLDER
from tests.hostile.packs import delta_bomb

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.ground import Ground


def times_ten(levels: int, *, leaf: bool) -> Callable[[Ground], None]:
    """One folder of ten entries in ten, in ten, …; at the end a file each, or nothing at all."""

    def make(ground: Ground) -> None:
        tree = ground.forge.folder({"a": "x"} if leaf else {})
        for _ in range(levels):
            tree = ground.forge.tree(*((FOLDER, b"%d" % number, tree) for number in range(10)))
        ground.roots((FOLDER, b"projects", tree))

    return make


def after_a_good_commit(bomb: Callable[[Ground], None]) -> Callable[[Ground], None]:
    """The bomb is what changed since the last sync."""

    def make(ground: Ground) -> None:
        ground.holds(ground.plain())
        ground.sync()
        bomb(ground)

    return make


def many_maps(ground: Ground) -> None:
    """A folder of 100,000 files, mapped to four places."""
    wide(100_000)(ground)
    ground.rules = tuple(MappingRule("projects", f"projects/{number}") for number in range(4))


def wide(count: int) -> Callable[[Ground], None]:
    """That many files in one folder."""

    def make(ground: Ground) -> None:
        blob = ground.forge.blob("x")
        ground.holds(*((FILE, b"%06d" % number, blob) for number in range(count)))

    return make


def deep(levels: int, name: str = "d") -> Callable[[Ground], None]:
    """A file that far down."""
    return lambda ground: ground.roots(
        (FOLDER, b"projects", ground.forge.nested("/".join([name] * levels), ground.forge.folder({"a": "x"})))
    )


def wide_and_deep(ground: Ground) -> None:
    """Seven long names above 50,000 folders: their paths together are 100 MB."""
    one = ground.forge.folder({"a": "x"})
    inner = ground.forge.tree(*((FOLDER, b"%06d" % number, one) for number in range(50_000)))
    ground.roots((FOLDER, b"projects", ground.forge.nested("/".join(["n" * 255] * 7), inner)))


def zeros(megabytes: int) -> Callable[[Ground], None]:
    """A file of zeros, a thousandth of that in the store."""
    return lambda ground: ground.holds(ground.plain(), (FILE, b"big", ground.forge.zeros(megabytes)))


def excluded_zeros(ground: Ground) -> None:
    """The same, and nobody wants it."""
    zeros(1024)(ground)
    ground.excludes = ("**/big",)


def templated_zeros(ground: Ground) -> None:
    """The same as a template, which is read before anything is staged."""
    zeros(1024)(ground)
    ground.rules = (MappingRule("projects", "projects", template=True),)


def stamped_zeros(ground: Ground) -> None:
    """The same as a file whose live twin is compared by what it says."""
    ground.holds((FILE, b"resource.json", ground.forge.zeros(1024)))
    (ground.data / "projects/resource.json").write_text("{}")


def delta(ground: Ground) -> None:
    """A file of a gigabyte as some hundred instructions to copy the same sixteen megabytes."""
    ground.holds(ground.plain(), (FILE, b"big", delta_bomb(ground.origin, 1024)))


def giant_folder(ground: Ground) -> None:
    """A directory of 17 MB."""
    body = b"".join(b"100644 %07d\0" % number + bytes(20) for number in range(500_000))
    assert len(zlib.compress(body, 1)) < len(body)
    ground.roots((FOLDER, b"projects", ground.forge.put("tree", body)))


TOO_MANY = Refused(PlanInvalid, ("'projects'", "more than 250,000 files and folders", "map a folder with less"))
TOO_LARGE = Refused(PlanInvalid, ("'projects/big'", "1,073,741,824 bytes", "67,108,864", "exclude it"))
CASES = [
    Case("ten thousand million files", times_ten(9, leaf=True), TOO_MANY),
    Case("ten thousand million empty folders", times_ten(9, leaf=False), TOO_MANY),
    Case("ten thousand million files that are new", after_a_good_commit(times_ten(9, leaf=True)), TOO_MANY),
    Case("ten thousand million folders that are new", after_a_good_commit(times_ten(9, leaf=False)), TOO_MANY),
    Case("250,001 files", wide(250_001), TOO_MANY),
    Case(
        "100,000 files in four places",
        many_maps,
        Refused(PlanInvalid, ("mapping 3", "more than 250,000 files by now", "map less")),
    ),
    Case("5,000 folders in one another", deep(5000), Refused(PlanInvalid, ("'projects'", "300 folders"))),
    Case("301 folders in one another", deep(301), Refused(PlanInvalid, ("'projects'", "300 folders"))),
    Case("a path of 5,000 bytes", deep(25, "n" * 200), Refused(PlanInvalid, ("'projects'", "2,048 characters"))),
    Case("long paths, many of them", wide_and_deep, Refused(PlanInvalid, ("'projects'", "33,554,432 bytes together"))),
    Case("a file of a gigabyte", zeros(1024), TOO_LARGE),
    Case("a file of a gigabyte as a template", templated_zeros, TOO_LARGE),
    Case("a file of a gigabyte that is excluded", excluded_zeros, Harmless({"projects/a": "1"})),
    Case("a resource of a gigabyte", stamped_zeros, Refused(PlanInvalid, ("'projects/resource.json'", "67,108,864"))),
    Case("a delta of a gigabyte", delta, TOO_LARGE),
    Case("a directory of 17 MB", giant_folder, Refused(PlanInvalid, ("a folder", "16,777,216"))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bomb_is_refused_before_it_goes_off(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
