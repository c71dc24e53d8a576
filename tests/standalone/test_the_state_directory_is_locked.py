"""One process per state directory, and the second is told who the first is."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stoker.errors import SettingsInvalid, StateLocked
from stoker.standalone.lock import state_lock

if TYPE_CHECKING:
    from pathlib import Path

HOLD = "import sys, pathlib; from stoker.standalone.lock import state_lock\nwith state_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"  # noqa: E501 - a program


def test_a_second_process_is_refused_with_the_pid(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StateLocked, match=f"pid {holder.pid}"), state_lock(tmp_path):
            pytest.fail("both hold it")
        holder.stdin.close()
    with state_lock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_place_that_cannot_be_made_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsInvalid, match="--state-dir"), state_lock(tmp_path / "file" / "below"):
        pytest.fail("held")
