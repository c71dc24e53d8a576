"""Every template of tests/vectors gives what Go gives: the same bytes, or an error at the same place about the same thing."""

from __future__ import annotations

import pytest

from tests.sync.template.referee import difference, vectors

VALUES, CASES = vectors()


@pytest.mark.parametrize("kind", sorted({case.kind for case in CASES}))
def test_the_answers_are_the_same(kind: str) -> None:
    cases = [case for case in CASES if case.kind == kind]
    assert {case.text: found for case in cases if (found := difference(case, VALUES))} == {}


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 600
    assert sum(1 for case in CASES if case.error) >= 200


def test_a_difference_would_be_seen() -> None:
    assert all(difference(case._replace(output=case.output + "x"), VALUES) for case in CASES if not case.error)
    assert all(difference(case._replace(error=""), VALUES) for case in CASES if case.error)
    assert all(difference(case._replace(error="template: case:99: no"), VALUES) for case in CASES if case.error)
