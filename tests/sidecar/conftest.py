"""The site of each test: a resource in a namespace of its own on the shared plane, and whatever agents the test starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trio

from tests.sidecar.site import Site
from tests.untold import untold

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.cluster.plane import Plane


@pytest.fixture
async def site(plane: Plane, namespace: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A resource without its maps, and no pod yet. Every agent that is left is killed at the end."""
    async with trio.open_nursery() as nursery:
        made = Site(plane, namespace, tmp_path, nursery)
        try:
            yield made
        finally:
            with trio.CancelScope(shield=True):
                await made.end()
            nursery.cancel_scope.cancel()
        children = (child for pod in made.pods.values() for child in pod.children)
        assert untold(line.fields for child in children for line in child.lines) == set()
