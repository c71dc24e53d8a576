"""`used` names what of the values an output depends on: enough, and not more than there is a name for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stoker.errors import TemplateInvalid
from stoker.sync.template import parse
from tests.sync.template.referee import vectors

VALUES, CASES = vectors()
GOOD = [case.text for case in CASES if not case.error]


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("plain", set()),
        ("{{.GatewayName}}-{{.Vars.site}}", {"GatewayName", "Vars.site"}),
        ("{{with .Vars.empty}}{{$.Ref}}{{else}}{{$.Commit}}{{end}}", {"Vars.empty", "Commit"}),
        ('{{if and .Vars.empty .Vars.line "x"}}{{end}}', {"Vars.empty"}),
        ('{{or .Vars.site .Vars.line}}{{index .Vars "nope"}}', {"Vars.site", "Vars.nope"}),
        ("{{$v := .Vars}}{{$v.site}}{{(.Vars).line}}", {"Vars.site", "Vars.line"}),
        ('{{template "t" .Vars}}{{define "t"}}{{.site}}{{end}}', {"Vars.site"}),
        ("{{range $key, $value := .Labels}}{{end}}", {"Labels"}),
        ("{{len .Vars}}", {"Vars"}),
        ("{{if .Labels}}{{end}}", {"Labels"}),
        ("{{print .Vars}}", {"Vars"}),
        ("{{if .}}{{with $}}{{.Ref}}{{end}}{{end}}", {"Ref"}),
        ('{{index .Vars ""}}', {"Vars"}),
        ('{{index .Vars "\\xff"}}{{index .Labels "a\\nb"}}', {"Vars", "Labels"}),
        ('{{index .Vars "a.b"}}{{index .Vars "x/y, #z"}}', {"Vars.a.b", "Vars.x/y, #z"}),
        ('{{index .Vars (print "si" "te")}}', {"Vars.site"}),
        ("{{if 0}}{{.Ref}}{{end}}", set()),
        ("{{$x := .Vars}}", set()),
    ],
)
def test_what_is_used(text: str, used: set[str], values: dict[str, Any]) -> None:
    assert parse(text, "w").execute(values).used == used


def test_the_whole_root(values: dict[str, Any]) -> None:
    assert "" in parse("{{.}}", "w").execute(values).used
    assert "" in parse('{{printf "%v" $}}', "w").execute(values).used


def looked_up(values: dict[str, Any], name: str) -> Any:
    first, _, key = name.partition(".")
    value = values.get(first) if first else values
    return value.get(key) if key and isinstance(value, dict) else value


TEXT = st.sampled_from(["", "a", "é", "north", "3"])
MAP = st.dictionaries(st.sampled_from(["site", "line", "empty", "umlaut", "new"]), TEXT)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(GOOD), min_size=1, max_size=3).map("".join), MAP, MAP, TEXT, st.integers(0, 9))
def test_equal_values_of_what_is_used_give_an_equal_text(
    text: str, variables: dict[str, str], labels: dict[str, str], name: str, ordinal: int
) -> None:
    try:
        template = parse(text, "w")
        first = template.execute(VALUES)
    except TemplateInvalid:
        return  # two of them may define one name
    other = {
        **VALUES,
        "Vars": {**VALUES["Vars"], **variables},
        "Labels": labels,
        "GatewayName": name,
        "PodOrdinal": ordinal,
    }
    for used in first.used:
        if not used:
            other = VALUES
        elif looked_up(other, used) != looked_up(VALUES, used):
            key, _, inner = used.partition(".")
            other[key] = {**other[key], inner: VALUES[key][inner]} if inner and inner in VALUES[key] else VALUES[key]
    assert all(looked_up(other, used) == looked_up(VALUES, used) for used in first.used)
    assert template.execute(other).text == first.text
