"""Every template of tests/vectors gives what Go gives: the same bytes, or an error at the same place about the same thing."""

from __future__ import annotations

import re

import pytest

from stoker.errors import TemplateInvalid
from stoker.sync.template import parse
from tests.sync.template.conftest import Case, vectors

VALUES, CASES = vectors()
GOOD = [case for case in CASES if not case.error]
BAD = [case for case in CASES if case.error]
_GO_PLACE = re.compile(r"template: case:(\d+)(?::(\d+))?: ")
_OUR_PLACE = re.compile(r"case, line (\d+), column (\d+): ")
# What an error is about: the name in quotes of a key, function, variable or template, or the field.
_ABOUT = re.compile(
    r"(?:no entry for key|function|undefined variable|template|definition of template) (\"[^\"]+\")"
    r"|can't evaluate field (\w+)|error calling (\w+)|wrong number of args for (\w+)"
)


@pytest.mark.parametrize("kind", sorted({case.kind for case in GOOD}))
def test_the_output_is_the_same_to_the_byte(kind: str) -> None:
    cases = [case for case in GOOD if case.kind == kind]
    assert {case.text: parse(case.text, "case").execute(VALUES).text for case in cases} == {
        case.text: case.output for case in cases
    }


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.text[:40].encode("ascii", "backslashreplace").decode())
def test_an_error_is_at_the_same_place_and_about_the_same_thing(case: Case) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        parse(case.text, "case").execute(VALUES)
    message = str(caught.value)
    ours, go = _OUR_PLACE.match(message), _GO_PLACE.match(case.error)
    assert ours is not None
    assert go is not None
    assert ours[1] == go[1]
    if go[2] and case.text.isascii():  # Go counts from 0, in bytes, and for what fails to parse not at all
        assert int(ours[2]) == int(go[2]) + 1
    for about in _ABOUT.findall(case.error):
        assert "".join(about) in message


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 600
    assert len(BAD) >= 200
