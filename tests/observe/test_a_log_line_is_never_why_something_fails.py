"""A stream that is gone, an encoding that cannot write it, a value that cannot be printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from tests.observe.conftest import Lines

PROGRAM = """
import sys
from stoker.observe import logs
logs.configure(dev={dev})
sys.stdin.readline()
for _ in range(3):
    logs.get_logger("x").info("said", path="Füllstand/Tank 𝔸 €", name="b")
sys.stderr.write("still here")
"""


def run(dev: bool = False, **env: str) -> tuple[bytes, subprocess.CompletedProcess[bytes]]:
    program = PROGRAM.format(dev=dev)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, input=b"\n", capture_output=True, env={**os.environ, **env}, check=False)
    return done.stdout, done


def test_a_closed_stdout_loses_the_lines_and_nothing_else() -> None:
    command = [sys.executable, "-c", PROGRAM.format(dev=False)]
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes) as child:
        assert child.stdout is not None
        child.stdout.close()
        child.stdout = None
        _, errors = child.communicate(b"\n")
    assert (child.returncode, errors) == (0, b"still here")


def test_no_stdout_at_all_neither() -> None:
    shell = f"exec {sys.executable} -c '{PROGRAM.format(dev=False)}' >&-"
    done = subprocess.run(["bash", "-c", shell], input=b"\n", capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"still here")


def test_an_ascii_stdout_still_gets_json() -> None:
    out, done = run(PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.stderr == b"still here"
    assert json.loads(out.splitlines()[0].decode("ascii"))["path"] == "Füllstand/Tank 𝔸 €"


def test_an_ascii_terminal_gets_lines_for_people() -> None:
    out, done = run(dev=True, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"still here")
    assert b"F\\u00fcllstand" in out


def test_a_file_name_that_is_no_utf8_is_logged(lines: Lines) -> None:
    get_logger("x").info("kept", path=os.fsdecode(b"a\xff.json"))
    assert lines.objects[0]["path"] == "a\udcff.json"


def test_a_number_too_large_for_json_libraries_is_logged(lines: Lines) -> None:
    get_logger("x").info("e", many=2**70)
    assert lines.objects[0]["many"] == 2**70


def test_a_value_that_cannot_be_printed_is_named(lines: Lines) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError

    get_logger("x").info("e", odd=Odd())
    assert lines.objects[0]["odd"] == "<Odd that cannot be printed: RuntimeError>"
