"""The image as built from this tree, and containers of it."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.image.archive import Archive
from tests.image.container import Container, Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]


_left_out = pytest.StashKey[list[str]]()


@functools.cache
def built() -> tuple[Path | None, str]:
    """The image's archive; without one, what to do."""
    command = [str(ROOT / "scripts/image"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        return None, " ".join(done.stderr.split()).removeprefix("image: ")
    return Path(done.stdout.strip()), ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs the image where there is none."""
    wanting = [item for item in items if "archive" in getattr(item, "fixturenames", ())]
    if wanting and built()[0] is None:
        config.hook.pytest_deselected(items=wanting)
        items[:] = [item for item in items if item not in wanting]
        config.stash[_left_out] = [item.nodeid for item in wanting]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    if count := len(config.stash.get(_left_out, [])):
        terminalreporter.write_line(f"NOT RUN: {count} tests of the image: {built()[1]}", red=True, bold=True)


@pytest.fixture(scope="session")
def archive() -> Archive:
    """The image as an archive."""
    path = built()[0]
    assert path is not None
    return Archive(path)


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
