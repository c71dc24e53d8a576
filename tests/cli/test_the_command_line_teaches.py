"""Help, version and refusals of the command line: at once, in one line, with the remedy."""

from __future__ import annotations

import subprocess
import sys

import pytest

import stoker
from stoker.__main__ import COMMANDS, main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stoker", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {command} " in text for command in COMMANDS)
    assert all(f"\n  {code}  " in text for code in range(4))


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"stoker {stoker.__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("stand",), ("standalone",), ("standalone", "-f", "x", "--receiver", "80")])
def test_usage_errors_are_one_line_and_exit_2(arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert "--help" in answer.stderr


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_has_help_with_its_own_name(command: str) -> None:
    answer = run(command, "--help")
    assert answer.returncode == 0
    assert f"stoker {command}" in answer.stdout


def test_the_entry_point_imports_nothing_heavy() -> None:
    program = "import sys, stoker.__main__; print(*sorted(m for m, module in sys.modules.items() if module and m.split('.')[0] in {'trio','yaml','msgspec','pygit2','httpx','quart','argparse'}))"  # noqa: E501 - a program
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_the_crd_is_printed_as_yaml() -> None:
    answer = run("crd")
    assert answer.returncode == 0
    assert "name: gatewaysyncs.stoker.io" in answer.stdout


def test_a_reader_that_has_seen_enough_of_the_crd_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "stoker", "crd"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as printing:
        assert printing.stdout is not None
        assert printing.stderr is not None
        printing.stdout.close()
        assert printing.stderr.read() == ""
        assert printing.wait(30) == 0
