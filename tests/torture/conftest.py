"""Torture tells what it did: a run that tortured nothing must not look like one that held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[[Counter[str], int], None]:
    """Print outcomes and their sum, past pytest's capture."""

    def told(seen: Counter[str], total: int) -> None:
        with capsys.disabled():
            print(f"\n{request.node.name}: {total} points")
            for what, count in sorted(seen.items(), key=lambda item: (item[0].startswith(" "), item[0])):
                print(f"  {count:7} {what}")

    return told
