"""The fixture ``archive``, the image as built from this tree, for every room's tests; one loud line where there is none."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

import pytest

from tests.cluster.binaries import ROOT
from tests.image.archive import Archive
from tests.left_out import leave_out, tell


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
    asked = any("archive" in getattr(item, "fixturenames", ()) for item in items)
    if asked and built()[0] is None:  # looked for only where somebody asks
        leave_out(config, items, {"archive"}, "image")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The one loud line."""
    tell(terminalreporter, config, "image", f"of the image: {built()[1]}")


@pytest.fixture(scope="session")
def archive() -> Archive:
    """The image as an archive."""
    path = built()[0]
    assert path is not None
    return Archive(path)
