"""Fixtures: the controller running on the virtual clock, with or without a resource."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from tests.controller.house import House

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).parent


def run_on_virtual_clock(test: Callable[..., Any], *, clock: trio.abc.Clock | None, instruments: Sequence[Any]) -> Any:
    """``trio.run`` on a clock that jumps whenever everybody waits."""
    return trio.run(test, clock=clock or trio.testing.MockClock(autojump_threshold=0), instruments=list(instruments))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A clock that a fixture asks for counts as asked for by the test: pytest-trio itself only looks at the test's own."""
    for item in items:
        if HERE in item.path.parents and "autojump_clock" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.trio(run=run_on_virtual_clock))


@pytest.fixture
async def house(nursery: trio.Nursery, autojump_clock: trio.testing.MockClock) -> House:
    """The controller runs, the store is empty."""
    built = House.built()
    await built.start(nursery)
    return built


@pytest.fixture
async def resolved(house: House) -> House:
    """One resource, ``main``, resolved to A, without pods."""
    await house.resource()
    return house
