"""A plane on which no other manager acts: for tests of who leads, and of what one process does with an API server that is ill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import binaries
from tests.cluster.plane import Plane
from tests.cluster.plugin import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def plane() -> Iterator[Plane]:
    """As the shared one, and not shared."""
    own = Plane(binaries.found(), prepare=prepared)
    yield own
    own.close()
