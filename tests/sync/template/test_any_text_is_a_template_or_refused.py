"""Whatever the text is, it renders or is refused by TemplateInvalid: no other exception, no endless work."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stoker.errors import TemplateInvalid
from stoker.sync.template import DEFAULT, Bounds, Execution, parse
from stoker.sync.template.signatures import SIGNATURES
from tests.sync.template.referee import vectors

VALUES, CASES = vectors()
TEXTS = [case.text for case in CASES if len(case.text) < 400]
SMALL = Bounds(steps=5_000, depth=20, nesting=30, output=100_000)
DELIMITERS = ["{{", "}}", "{{- ", " -}}", "(", ")", "|", ":=", "=", ",", " ", "\n", "/*", "*/", "`", '"', "'"]
OPERANDS = [
    "$x",
    "$",
    ".",
    ".Vars",
    ".Vars.site",
    "nil",
    "true",
    '"%d"',
    '"a"',
    "1",
    "-1",
    "1.5",
    "2i",
    "0x",
    "é",
    "\udcff",
    "\ud800",
    "\x00",
]
KEYWORDS = ["if ", "else ", "end", "range ", "with ", "define ", "template ", "block ", "break", "continue"]
PIECES = st.sampled_from([*DELIMITERS, *OPERANDS, *KEYWORDS, *(f"{name} " for name in SIGNATURES)])


def total(text: str, values: dict[str, Any], bounds: Bounds) -> None:
    try:
        outcome = parse(text, "w", bounds).execute(values)
    except TemplateInvalid as error:
        refused = str(error)
    else:
        refused = ""
        assert isinstance(outcome, Execution)
        assert len(outcome.text) <= bounds.output
    assert not refused or refused.startswith("w, line ")
    assert not refused or refused.isprintable()
    assert len(refused) < 500


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
@example("{{" + "(" * 100_000)
@example("{{if 1}}" * 100_000)
@example("{{$" + ".a" * 10_000 + "}}")
@example("{{print" + " 1" * 10_000 + "}}")
@example("{{if 0}}" + "{{else if 0}}" * 3_000 + "{{end}}")
@example("{{" + "9" * 10_000 + "}}{{1e" + "9" * 10_000 + "}}")
@example('{{define "a"}}{{range 3}}{{template "a" .}}{{end}}{{end}}{{template "a" 1}}')
def test_any_pieces(text: str) -> None:
    total(text, VALUES, SMALL)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.integers(0, 400), st.integers(0, 400), PIECES)
def test_any_two_templates_cut_into_each_other(first: str, second: str, cut: int, taken: int, piece: str) -> None:
    total(first[:cut] + piece + second[taken:], VALUES, SMALL)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(st.sampled_from("%+-# 0123456789.*[]vTtdbcoOqxXUeEfFgGsp!w"), max_size=12))
def test_any_format_and_value(value: str, directive: str) -> None:
    text = '{{printf .Vars.format .Vars.value .PodOrdinal 2.5 "a" nil . .Vars}}'
    total(text, {**VALUES, "Vars": {"format": directive, "value": value}}, SMALL)


@pytest.mark.parametrize("left", [60, 100, 150, 200])
@pytest.mark.parametrize(
    "text", ["{{if 1}}" * 90 + "{{end}}" * 90, "{{print " + "(len " * 90 + '"a"' + ")" * 90 + "}}"]
)
def test_a_stack_that_is_nearly_used_up(text: str, left: int) -> None:
    def down(frames: int) -> None:
        if frames > 0:
            down(frames - 1)
        else:
            total(text, VALUES, DEFAULT)

    down(sys.getrecursionlimit() - len(inspect.stack(0)) - left)


@pytest.mark.parametrize("value", [None, 1 << 70, ["a"], {"a": 1}, object()])
def test_a_value_of_no_known_kind_is_refused(value: object) -> None:
    with pytest.raises(TemplateInvalid, match="line 1, column"):
        parse("{{print .Odd}}", "w").execute({"Odd": value})
