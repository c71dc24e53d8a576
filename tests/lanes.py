"""How a run is shared among processes (``make test`` has some): files stay whole, and rooms that own the machine stay together.

A test file's fixtures are made once, so its tests go to one process. The node, the image and what stands on them use
names and a network namespace of this machine: one process has them all. Those take longest and go first, or the others
would be waiting for them at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

_MACHINE: Final = ("tests/node/", "tests/e2e/", "tests/image/")
_TOGETHER: Final = ("tests/manager/alone/",)
"""Rooms whose fixtures are a package's."""
_LONG: Final = (*_MACHINE, "tests/faults/", "tests/torture/", "tests/manager/alone/", "tests/manager/")


def lane_of(nodeid: str) -> str:
    """Tests of one lane run in one process, one after the other."""
    if nodeid.startswith(_MACHINE):
        return "the machine"
    room = next((room for room in _TOGETHER if nodeid.startswith(room)), "")
    return room or nodeid.partition("::")[0]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts what takes long first, where the run is shared."""
    if hasattr(config, "workerinput"):
        order = {room: number for number, room in enumerate(_LONG)}
        items.sort(key=lambda item: min((order[room] for room in _LONG if item.nodeid.startswith(room)), default=99))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """By lanes."""
    from xdist.scheduler import LoadScopeScheduling  # only where a run is shared

    class Lanes(LoadScopeScheduling):  # type: ignore[misc,unused-ignore]
        def _split_scope(self, nodeid: str) -> str:
            return lane_of(nodeid)

    config.option.loadscopereorder = False
    return Lanes(config, log)
