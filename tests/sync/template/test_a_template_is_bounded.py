"""Each bound ends in a message that names file, line, column and the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import TemplateInvalid
from stoker.sync.template import Bounds, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUNDS = Bounds(steps=1000, depth=10, nesting=12, output=5000)


def refusal(text: str, values: Mapping[str, Any]) -> str:
    with pytest.raises(TemplateInvalid) as caught:
        parse(f"one\n  {text}", "a.json", BOUNDS).execute(values)
    message = str(caught.value)
    assert message.startswith("a.json, line 2, column ")
    return message


@pytest.mark.parametrize(
    "text",
    [
        "{{range 1000000000}}{{end}}",
        "{{range 40}}{{range 40}}{{end}}{{end}}",
        "{{range 900}}{{print 1 | len}}{{end}}",
        '{{$f := "%d%d%d%d"}}{{$f = print $f $f $f $f $f $f}}{{range 100}}{{$x := printf $f}}{{end}}',
        '{{$x := printf "%4000d" 1}}{{range 90}}{{$y := printf "%q" $x | len}}{{end}}',
        '{{$f := printf "%%%4000s" "d"}}{{range 900}}{{$x := slice $f 4000 | printf $f}}{{end}}',
    ],
)
def test_steps(text: str, values: dict[str, Any]) -> None:
    assert "more than 1000 steps" in refusal(text, values)


@pytest.mark.parametrize("text", ["{{range 100}}" + "x" * 60 + "{{end}}", '{{range 3}}{{printf "%2000d" .}}{{end}}'])
def test_output(text: str, values: dict[str, Any]) -> None:
    assert "more than 5000 bytes of output" in refusal(text, values)


@pytest.mark.parametrize(
    "text",
    [
        '{{$x := "aaaaaaaa"}}' + "{{$x = print $x $x}}" * 40,
        '{{$x := printf "%9000000d" 1}}',
        '{{$x := printf "%.9000000f" 1.5}}',
        '{{$x := printf "%3000d%3000d" 1 1}}',
        '{{$x := "<<<<<<<<"}}' + "{{$x = print $x $x | html}}" * 9,
        '{{$x := "<<<<<<<<"}}' + "{{$x = print $x $x | urlquery}}" * 9,
        '{{$x := "<<<<<<<<"}}' + "{{$x = js $x}}" * 40,
        '{{$x := "<<<<<<<<"}}' + '{{$x = printf "%x" $x}}' * 40,
    ],
)
def test_one_text_on_the_way(text: str, values: dict[str, Any]) -> None:
    assert "text of more than 5000 bytes made on the way" in refusal(text, values)


def test_all_texts_on_the_way_together(values: dict[str, Any]) -> None:
    message = refusal("".join(f'{{{{$a{n} := printf "%4000d" 1}}}}' for n in range(6)), values)
    assert "more than 20000 bytes of text made on the way" in message


def test_templates_that_call_one_another(values: dict[str, Any]) -> None:
    text = (
        '{{define "a"}}{{if 1}}{{template "b" .}}{{end}}{{end}}{{define "b"}}{{template "a" .}}{{end}}{{template "a"}}'
    )
    assert "more than 10 templates called from one another" in refusal(text, values)


@pytest.mark.parametrize("text", ["{{if 1}}" * 13, "{{" + "(" * 13, "{{if 1}}" * 7 + "{{print " + "(" * 6])
def test_what_lies_within_one_another(text: str, values: dict[str, Any]) -> None:
    assert "more than 12 blocks and parentheses within one another" in refusal(text, values)


def test_cases_that_follow_one_another_lie_not_within(values: dict[str, Any]) -> None:
    text = "{{if 0}}" + "{{else if 0}}" * 300 + "{{else}}none{{end}}"
    assert parse(text, "w", BOUNDS).execute(values).text == "none"


def test_the_bounds_themselves_are_allowed(values: dict[str, Any]) -> None:
    deepest = "{{if 1}}" * 6 + "{{print " + "(" * 6 + "1" + ")" * 6 + "}}" + "{{end}}" * 6
    assert parse(deepest, "w", BOUNDS).execute(values).text == "1"
    assert len(parse("x" * 5000 + "{{print}}", "w", BOUNDS).execute(values).text) == 5000
