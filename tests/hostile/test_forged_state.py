"""Journal and manifest written by somebody who may write into the data directory: they never lead out of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import StateUnreadable
from tests.hostile.cases import Case, Harmless, Refused
from tests.hostile.forged import blocks, delete, entry, journal, manifest, put, staged, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hostile.ground import Ground

OUT = "../outside/passwd"
Records = tuple[tuple[Any, ...], ...]


def of_journal(make: Callable[[Path], Records], go: str = "forward ", **head: Any) -> Callable[[Ground], None]:
    """A journal of these records, which may look at the world outside; everything it may want is staged."""

    def forge(ground: Ground) -> None:
        ground.holds(ground.plain())
        staged(ground.data)
        state(ground.data, journal=journal(*make(ground.outside), go=go, **head))

    return forge


def of_manifest(make: Callable[[Path], Records], head: Any = None) -> Callable[[Ground], None]:
    """A manifest of these records, and a commit that wants none of it."""

    def forge(ground: Ground) -> None:
        ground.holds(ground.plain())
        state(ground.data, manifest=manifest(*make(ground.outside), head=head))

    return forge


def as_it_is(name: str, content: bytes) -> Callable[[Ground], None]:
    """A state file of these bytes."""

    def forge(ground: Ground) -> None:
        ground.holds(ground.plain())
        state(ground.data, **{name: content})

    return forge


def through_a_link(ground: Ground) -> None:
    """A path that leads nowhere but through a link."""
    of_journal(lambda _: (put("projects/link/passwd"),))(ground)
    os.symlink(ground.outside, ground.data / "projects/link")


def staging_outside(ground: Ground) -> None:
    """A mount that is none, whose staging folder somebody else's files are in."""
    of_journal(lambda _: (put("projects/a", mount=1),), tops=["", "../outside"])(ground)
    staged(ground.outside)


def kept_outside(ground: Ground) -> None:
    """What is kept goes to a folder outside."""
    (ground.data / "projects/old").write_text("old")
    old = delete("projects/old", ground.data / "projects/old", keep=True)
    of_journal(lambda _: (old,), kept="../../../outside")(ground)


def wanted_and_ours(ground: Ground) -> None:
    """The manifest vouches for a path that climbs, and the commit has it."""
    up = ground.forge.nested("../../outside", ground.forge.folder({"passwd": "mine"}))
    ground.roots((b"40000", b"projects", up))
    path = "projects/../../outside/passwd"
    state(ground.data, manifest=manifest(entry(path, ground.outside / "passwd")))


def sparse(name: str) -> Callable[[Ground], None]:
    """A state file of eight gigabytes of nothing."""

    def forge(ground: Ground) -> None:
        as_it_is(name, manifest() if name == "manifest" else journal())(ground)
        os.truncate(ground.data / ".stoker" / name, 8 << 30)

    return forge


def nothing(_outside: Path) -> Records:
    """No record at all."""
    return ()


DEEP = b"[" * 100_000 + b"]" * 100_000 + b"\n"
J = Refused(StateUnreadable, (".stoker/journal cannot be followed",))
M = Refused(StateUnreadable, (".stoker/manifest",))
CASES = [
    Case("a journal that puts outside", of_journal(lambda _: (put(OUT),)), J),
    Case("a journal that puts at the root", of_journal(lambda o: (put(str(o / "passwd")),)), J),
    Case("a journal that puts into a folder with a dot", of_journal(lambda _: (put("./" + OUT),)), J),
    Case("a journal that puts nowhere", of_journal(lambda _: (put(""),)), J),
    Case("a journal that puts at a NUL", of_journal(lambda _: (put("a\0b"),)), J),
    Case("a journal that deletes outside", of_journal(lambda o: (delete(OUT, o / "passwd"),)), J),
    Case("a journal that keeps what is outside", of_journal(lambda o: (delete(OUT, o / "passwd", keep=True),)), J),
    Case("a journal that makes folders outside", of_journal(lambda _: (("folder", "../outside/new"),)), J),
    Case("a journal that clears folders outside", of_journal(lambda _: (("clear", "../outside/deep/er", 0),)), J),
    Case("a journal that removes folders outside", of_journal(lambda _: (("empty", "../outside/deep/er", 0),)), J),
    Case(
        "a journal that learns of what is outside", of_journal(lambda o: (("learn", *entry(OUT, o / "passwd")[1:]),)), J
    ),
    Case("a journal that goes back outside", of_journal(lambda _: (put(OUT, old=[1, 1, 1]),), "backward"), J),
    Case("a journal whose number climbs", of_journal(lambda _: (put("projects/a", "/../../../outside/passwd"),)), J),
    Case("a journal of a mount that is not told", of_journal(lambda _: (put("projects/a", mount=7),)), J),
    Case("a journal of a mount before the first", of_journal(lambda _: (put("projects/a", mount=-1),)), J),
    Case("a journal that stages outside", staging_outside, J),
    Case("a journal that keeps outside", kept_outside, J),
    Case("a journal whose paths are numbers", of_journal(lambda _: (put(7),)), J),
    Case("a journal whose signature is a word", of_journal(lambda _: (put("projects/a", old="abc"),)), J),
    Case("a journal whose notes are a list", of_journal(nothing, notes=[1]), J),
    Case("a journal with a mode that is a word", of_journal(lambda _: (("empty", "projects/x", "x"),)), J),
    Case("a journal with a size before the beginning", of_journal(nothing, "backward", manifest_size=-1), J),
    Case("a journal through a link", through_a_link, Harmless({"projects/a": "1"})),
    Case("a journal of nothing", of_journal(nothing), Harmless({"projects/a": "1"})),
    Case("a journal that is garbage", as_it_is("journal", b"\0\xff garbage"), J),
    Case("a journal that is empty", as_it_is("journal", b""), J),
    Case("a journal of endless depth", as_it_is("journal", DEEP), J),
    Case("a journal of another kind of JSON", as_it_is("journal", b"{}\n"), J),
    Case("a journal of eight gigabytes", sparse("journal"), Refused(StateUnreadable, (".stoker/journal",))),
    Case("a manifest of what is outside", of_manifest(lambda o: (entry(OUT, o / "passwd"),)), M),
    Case("a manifest of the root", of_manifest(lambda o: (entry(str(o / "passwd"), o / "passwd"),)), M),
    Case("a manifest that vouches for a path that climbs", wanted_and_ours, M),
    Case("a manifest whose paths are numbers", of_manifest(lambda _: (("=", 7, "", "", "", 1, 1, 1),)), M),
    Case("a manifest with too few fields", of_manifest(lambda _: (("=", "projects/a", 1),)), M),
    Case("a manifest with a size that is a word", of_manifest(lambda _: (("=", "a", "", "", "", "1", 1, 1),)), M),
    Case("a manifest with an unknown head", of_manifest(nothing, {"what": 1}), M),
    Case("a manifest whose head is of the wrong types", of_manifest(nothing, {"commit": 1, "notes": "x"}), M),
    Case("a manifest of records unknown", of_manifest(lambda _: (("?", 1),)), M),
    Case("a manifest that is garbage", as_it_is("manifest", b"\0\xff garbage"), M),
    Case(
        "a manifest of endless depth",
        as_it_is("manifest", blocks([("stoker-manifest", 1)]) + DEEP),
        Harmless({"projects/a": "1"}),
    ),
    Case("a manifest of eight gigabytes", sparse("manifest"), Refused(StateUnreadable, (".stoker/manifest",))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_forged_state_never_leads_out(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
