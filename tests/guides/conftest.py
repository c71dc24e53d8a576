"""Readers of guides: at a real cluster with a real manager, or at a machine without one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.guides.page import Reader
from tests.manager.conftest import manager, place, site

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.plane import Plane

    NewReader = Callable[..., Reader]

__all__ = ["manager", "place", "site"]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The reader's folder."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return folder


@pytest.fixture
def reader(plane: Plane, namespace: str, desk: Path) -> NewReader:
    """Makes readers who are administrators of the test's namespace: the name of the guide, and stand-ins."""
    config = desk.parent / "kubeconfig"
    shutil.copy(plane.kubeconfig, config)
    command = [str(plane.binaries / "kubectl"), f"--kubeconfig={config}", "config", "set-context", "--current"]
    subprocess.run([*command, f"--namespace={namespace}"], check=True, capture_output=True)
    path = f"{plane.binaries}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return partial(Reader, folder=desk, env={"PATH": path, "HOME": str(desk.parent), "KUBECONFIG": str(config)})
