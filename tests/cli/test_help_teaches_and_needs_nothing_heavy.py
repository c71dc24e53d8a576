"""``--help`` is answered before anything heavy is imported, teaches by examples, and tells the exit codes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stoker.__main__ import COMMANDS

HEAVY = (
    "trio",
    "anyio",
    "httpx",
    "pygit2",
    "yaml",
    "msgspec",
    "structlog",
    "hypercorn",
    "prometheus_client",
    "jsonschema",
)
PROGRAM = f"""
import sys
from stoker.__main__ import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code
sys.stderr.write(" ".join(sorted(set({HEAVY!r}) & set(sys.modules))))
sys.exit(code)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["", *sorted(COMMANDS)])
def test_help_needs_nothing_heavy(command: str) -> None:
    answer = run(*filter(None, [command]), "--help")
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_teaches_by_examples_and_tells_the_exit_codes(command: str) -> None:
    text = run(command, "--help").stdout
    assert f"examples:\n  stoker {command}" in text
    assert "exit codes:\n  0  " in text
    assert "\n  2  " in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("standalone", "-f", "x", "--probes", "80"), "'80' must be HOST:PORT, such as"),
        (("standalone", "-f", "x", "--receiver", "h:99999"), "'h:99999' must be HOST:PORT, such as"),
        (("standalone", "--wrong"), "the following arguments are required: -f"),
        (("standalone", "-f", "x", "--wrong"), "unrecognized arguments: --wrong"),
        (("standalone", "-f", "x", "--data-dir", "/no/such"), "--data-dir /no/such is no directory"),
        (("simulator",), "the following arguments are required: --data-dir"),
        (("simulator", "--data-dir", "/", "--port", "x"), "'x' must be a port"),
        (("demo", "--dir", "/"), "--dir / is not empty"),
        (("crd", "extra"), "unrecognized arguments: extra"),
    ],
)
def test_a_typo_is_one_line_with_where_to_look_and_needs_nothing_heavy(arguments: tuple[str, ...], said: str) -> None:
    answer = run(*arguments)
    line, heavy = answer.stderr.split("\n")
    assert (answer.returncode, heavy, answer.stdout) == (2, "", "")
    assert line.startswith(f"stoker {arguments[0]}: ")
    assert said in line
    assert line.endswith(f"(see `stoker {arguments[0]} --help`)")
