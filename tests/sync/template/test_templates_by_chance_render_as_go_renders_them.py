"""Templates that nobody thought of, put to Go and to us. A difference found here becomes a case of tests/vectors/templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sync.template.chance import Chance
from tests.sync.template.referee import asked, difference, vectors

if TYPE_CHECKING:
    from pathlib import Path

COMMITTED = [case.text.encode("utf-8", "surrogateescape") for case in vectors()[1] if len(case.text) < 300]


def differences(go: Path, seed: int, count: int) -> dict[str, str]:
    values, cases = asked(go, Chance(seed, COMMITTED).templates(count))
    assert len(cases) == count
    assert sum(1 for case in cases if not case.error) > count // 20
    return {case.text: found for case in cases if (found := difference(case, values))}


@pytest.mark.timeout(300)  # the first run compiles
def test_some(go: Path) -> None:
    assert differences(go, seed=0, count=500) == {}


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(1, 31))
def test_many(go: Path, seed: int) -> None:
    assert differences(go, seed, count=10_000) == {}
