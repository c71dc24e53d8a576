"""Templates that never end, double, or nest without end: each is refused by name, in bounded time and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from stoker.errors import TemplateInvalid
from stoker.sync.template import parse
from tests.hostile.ground import bounded

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES = {"Vars": {f"k{number}": "v" * 4096 for number in range(256)}, "Labels": {"x": "y"}, "PodOrdinal": 3}
WHOLE = ""


class Hostile(NamedTuple):
    """How it is made, and a word of its refusal; `WHOLE` where it is harmless and rendered."""

    name: str
    text: Callable[[], str]
    word: str


def doubling() -> str:
    """Forty templates, each calling the next one twice."""
    calls = "".join(
        f'{{{{define "t{n}"}}}}{{{{template "t{n + 1}" .}}}}{{{{template "t{n + 1}" .}}}}{{{{end}}}}' for n in range(40)
    )
    return calls + '{{define "t40"}}x{{end}}{{template "t0" .}}'


def nested_loops() -> str:
    """Eight loops over 256 variables in one another."""
    return "{{range $.Vars}}" * 8 + "x" + "{{end}}" * 8


def growing(action: str) -> str:
    """A variable that doubles 256 times."""
    return f'{{{{$a := "<<<<<<<<"}}}}{{{{range .Vars}}}}{{{{$a = {action}}}}}{{{{end}}}}{{{{$a}}}}'


CASES = [
    Hostile("one that calls itself", lambda: '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}', "templates"),
    Hostile(
        "two that call each other",
        lambda: '{{define "a"}}{{template "b"}}{{end}}{{define "b"}}{{template "a"}}{{end}}{{template "a"}}',
        "templates",
    ),
    Hostile("forty that call the next twice", doubling, "steps"),
    Hostile("eight loops in one another", nested_loops, "steps"),
    Hostile("a loop over a thousand million", lambda: "{{range 1000000000}}{{end}}", ""),
    Hostile("a variable that doubles by print", lambda: growing("print $a $a"), "bytes"),
    Hostile("a variable that doubles by printf", lambda: growing('printf "%s%s" $a $a'), "bytes"),
    Hostile("a variable that quotes itself", lambda: growing('printf "%q" $a'), "steps"),
    Hostile("a variable that escapes itself", lambda: growing("html $a | js | urlquery"), WHOLE),
    Hostile("a width of a thousand million", lambda: '{{printf "%1000000000d" 1}}', ""),
    Hostile("a width from outside", lambda: '{{printf "%*d" 1000000000 1}}', ""),
    Hostile("a precision of a thousand million", lambda: '{{printf "%.1000000000f" 1.5}}', ""),
    Hostile("a hundred widths of a million", lambda: '{{printf "%999999d" 1}}' * 100, "bytes of output"),
    Hostile("parentheses without end", lambda: "{{" + "(" * 100_000 + "1" + ")" * 100_000 + "}}", "within one another"),
    Hostile("blocks without end", lambda: "{{if 1}}" * 100_000 + "{{end}}" * 100_000, "within one another"),
    Hostile("else ifs without end", lambda: "{{if 0}}" + "{{else if 0}}" * 20_000 + "{{end}}", ""),
    Hostile("fields without end", lambda: "{{.Vars" + ".k1" * 100_000 + "}}", "k1"),
    Hostile("a pipeline without end", lambda: "{{1" + " | print" * 100_000 + "}}", "words"),
    Hostile("arguments without end", lambda: "{{print" + " 1" * 20_000 + "}}", WHOLE),
    Hostile("a number without end", lambda: "{{" + "9" * 1_000_000 + "}}", ""),
    Hostile("an exponent without end", lambda: "{{1e" + "9" * 100_000 + "}}", ""),
    Hostile("a string without end", lambda: '{{"' + "x" * 8_000_000, "unterminated"),
    Hostile("a string of escapes", lambda: '{{"' + "\\n" * 400_000 + '"}}', WHOLE),
    Hostile("a comment without end", lambda: "{{/*" + "x" * 8_000_000, "comment"),
    Hostile("openings without end", lambda: "{{" * 1_000_000, ""),
    Hostile("two hundred thousand actions", lambda: "{{1}}" * 200_000, "words"),
    Hostile("two hundred thousand definitions", lambda: '{{define "a"}}{{end}}' * 200_000, "words"),
    Hostile("forty million bytes without an action", lambda: "x" * 40_000_000, "bytes"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_template_ends(case: Hostile) -> None:
    told = bounded(lambda: _render(case.text()))
    assert told.error in {"", TemplateInvalid.__name__}, told
    if case.word:
        assert case.word in told.words
        assert told.words.startswith("projects/a, line 1")


def _render(text: str) -> None:
    parse(text, "projects/a").execute(VALUES)
