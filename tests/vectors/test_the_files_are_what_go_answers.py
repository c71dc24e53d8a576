"""The committed vectors are what the programs beside them write, so that nobody edits an answer by hand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAMS = sorted(path.parent.name for path in HERE.glob("*/main.go"))


@pytest.mark.timeout(300)  # the first run fetches and compiles the libraries
@pytest.mark.usefixtures("go")
def test_a_file_is_written_as_it_is_committed(tmp_path: Path) -> None:
    subprocess.run([HERE.parents[1] / "scripts/vectors", tmp_path], check=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(written) == [f"{program}.json" for program in PROGRAMS]
    differing = [name for name, content in written.items() if content != (HERE / name).read_bytes()]
    assert differing == [], "run: make vectors"


def test_every_program_has_its_file() -> None:
    assert [path.stem for path in sorted(HERE.glob("*.json"))] == PROGRAMS
