"""The fixture ``archive``, the image as built from this tree, for every room's tests; one loud line where there is none."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

import pytest

from tests.cluster.binaries import ROOT
from tests.image.archive import Archive

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
