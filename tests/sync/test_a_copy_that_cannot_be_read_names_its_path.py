"""An old file that cannot be read while it is set aside is named by its whole path: many files have one name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from stoker.sync.aside import copy
from stoker.sync.files import Files, Spot

if TYPE_CHECKING:
    from pathlib import Path


def test_the_error_holds_the_path_in_the_data_directory(tmp_path: Path) -> None:
    (tmp_path / "view.json").symlink_to("elsewhere")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        source = Spot(folder, "view.json", "projects/line/main/view.json")
        with pytest.raises(OSError, match=r"projects/line/main/view\.json"):
            copy(Files(), source, Spot(folder, "o1", ".sync-staging/o1"))
    finally:
        os.close(folder)
