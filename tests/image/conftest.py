"""Containers of the image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.image.container import Container, Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.image.archive import Archive


@pytest.fixture(scope="session")
def engine(archive: Archive) -> Iterator[Engine]:
    """The image unpacked, once for all tests."""
    made = Engine(archive)
    yield made
    made.close()


@pytest.fixture
def start(engine: Engine) -> Iterator[Callable[..., Container]]:
    """Starts a container that is ended with the test; takes what ``Container`` takes after its engine."""
    made: list[Container] = []

    def begin(*words: str, **options: Any) -> Container:
        made.append(Container(engine, words, **options))
        return made[-1]

    yield begin
    for one in made:
        one.close()
