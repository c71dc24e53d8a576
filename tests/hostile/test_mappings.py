"""Mappings whose source or destination is made by somebody else: by variables, and by what stands in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import PlanInvalid, TemplateInvalid
from stoker.sync.plan import MappingRule
from tests.hostile.cases import Case, Harmless, Refused
from tests.hostile.forge import FOLDER, LINK, MODULE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.ground import Ground


def destination(value: str, template: str = "{{.Vars.x}}") -> Callable[[Ground], None]:
    """A destination that a variable fills."""

    def make(ground: Ground) -> None:
        ground.holds(ground.plain())
        ground.rules = (MappingRule("projects", template),)
        ground.fields = {"x": value}

    return make


def source(value: str, template: str = "{{.Vars.x}}") -> Callable[[Ground], None]:
    """A source that a variable fills."""

    def make(ground: Ground) -> None:
        ground.holds(ground.plain())
        ground.rules = (MappingRule(template, "projects"),)
        ground.fields = {"x": value}

    return make


def standing(mode: bytes, path: str = "projects") -> Callable[[Ground], None]:
    """A link or a module in the repository, and a mapping from ``path``."""

    def make(ground: Ground) -> None:
        ground.roots((mode, b"projects", ground.forge.blob("../outside")))
        ground.rules = (MappingRule(path, "projects"),)

    return make


def links(*targets: str) -> Callable[[Ground], None]:
    """Links below the source, beside a good file."""

    def make(ground: Ground) -> None:
        made = ((LINK, b"l%d" % number, ground.forge.blob(target)) for number, target in enumerate(targets))
        ground.holds(ground.plain(), *made)

    return make


def file_to(target: str) -> Callable[[Ground], None]:
    """A single file with that destination."""

    def make(ground: Ground) -> None:
        ground.holds(ground.plain())
        ground.rules = (MappingRule("projects/a", target),)

    return make


def over_a_link(ground: Ground) -> None:
    """A later mapping puts a folder where an earlier one has a link."""
    under = ground.forge.tree(ground.plain(), (LINK, b"deep", ground.forge.blob("../../outside")))
    over = ground.forge.folder({"passwd": "mine"})
    ground.roots((FOLDER, b"over", over), (FOLDER, b"under", under))
    ground.rules = (MappingRule("under", "projects"), MappingRule("over", "projects/deep"))


def file_and_folder(ground: Ground) -> None:
    """Two mappings of which one makes a folder of the other's file."""
    ground.roots((FOLDER, b"one", ground.forge.folder({"a": "1"})), (FOLDER, b"two", ground.forge.folder({"b": "2"})))
    ground.rules = (MappingRule("one", "projects"), MappingRule("two", "projects/a"))


ONE = {"projects/a": "1"}
CLIMBS, ABSOLUTE = Refused(PlanInvalid, ("destination", "climbs out")), Refused(PlanInvalid, ("is absolute",))
NEVER = Refused(PlanInvalid, ("destination", "what is never written"))
CONTROL = Refused(PlanInvalid, ("destination", "control character"))
LINKED = Refused(PlanInvalid, ("'projects' is a symlink, which is never followed",))
CASES = [
    Case("a destination that climbs", destination("../outside"), CLIMBS),
    Case("a destination that climbs from below", destination("../../outside", "projects/{{.Vars.x}}"), CLIMBS),
    Case("a destination that climbs and comes back", destination("a/../../data/projects"), CLIMBS),
    Case("a destination that is absolute", destination("/etc"), ABSOLUTE),
    Case(
        "a destination of many slashes",
        destination("//etc//x", "projects/{{.Vars.x}}"),
        Harmless({"projects/etc/x/a": "1"}),
    ),
    Case("a destination with backslashes", destination("..\\outside"), Refused(PlanInvalid, ("holds a backslash",))),
    Case("a destination of dots", destination("./././projects/."), Harmless(ONE)),
    Case("an empty destination", destination(""), Harmless({"a": "1"})),
    Case("a destination with NUL", destination("projects\0/x"), CONTROL),
    Case("a destination with a newline", destination("projects\n"), CONTROL),
    Case("a destination with an escape", destination("\x1b[2Jprojects"), CONTROL),
    Case("a destination that is no UTF-8", destination("caf\udce9"), Refused(PlanInvalid, ("is not valid UTF-8",))),
    Case("a destination of a long name", destination("x" * 256), Refused(PlanInvalid, ("more than 255 bytes",))),
    Case("a destination that is long", destination("xx/" * 1000), Refused(PlanInvalid, ("more than 2048 bytes",))),
    Case("a destination that is deep", destination("x/" * 302), Refused(PlanInvalid, ("more than 300 folders",))),
    Case("a destination in our state", destination(".stoker/kept"), NEVER),
    Case("a destination in our staging", destination("projects/.sync-staging"), NEVER),
    Case("a destination in git's folder", destination(".git/hooks"), Refused(PlanInvalid, ("git's own folder",))),
    Case("a variable that is a template", destination("{{.Vars.x}}"), Harmless({"{{.Vars.x}}/a": "1"})),
    Case(
        "a variable that opens a template", destination("{{", "{{.Vars.x}}.Vars.x}}"), Harmless({"{{.Vars.x}}/a": "1"})
    ),
    Case("a template that is not closed", destination("", "{{.Vars.x"), Refused(TemplateInvalid, ("mapping 1",))),
    Case("a source that climbs", source("../../outside"), Refused(PlanInvalid, ("source", "climbs out"))),
    Case("a source that is absolute", source("/etc"), ABSOLUTE),
    Case("a source that is a link", standing(LINK), LINKED),
    Case("a source behind a link", standing(LINK, "projects/deep/er"), Harmless()),
    Case("a source that is a module", standing(MODULE), Refused(PlanInvalid, ("'projects' is a submodule",))),
    Case("a source in a module", standing(MODULE, "projects/deep"), Harmless()),
    Case("links out", links("../../outside", "../../outside/passwd", "/etc/passwd", "/"), Harmless(ONE)),
    Case("links in a ring", links("l1", "l0", "l2", "."), Harmless(ONE)),
    Case("links of other things", links("", "a\nb", "x" * 5000, "/proc/self/root"), Harmless(ONE)),
    Case("a folder over a link", over_a_link, Harmless({**ONE, "projects/deep/passwd": "mine"})),
    Case("a folder over a file", file_and_folder, Harmless({"projects/a/b": "2"})),
    Case("a file to the data directory itself", file_to("."), Refused(PlanInvalid, ("the data directory itself",))),
    Case("a file to a folder's name", file_to("projects/"), Refused(PlanInvalid, ("'projects/.resources'",))),
    Case("a file out", file_to("../outside/passwd"), CLIMBS),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mapping_never_leads_out(case: Case, judge: Callable[[Case], None]) -> None:
    judge(case)
