"""README, CONTRIBUTING, Makefile and .ci/run tell the same story, and a failing step fails the whole."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.house.conftest import ROOT, text, tracked

if TYPE_CHECKING:
    from collections.abc import Mapping

MAKEFILE = Path("Makefile")


def targets() -> dict[str, str]:
    """Each target and what it depends on."""
    return dict(re.findall(r"^([a-z0-9-]+):([^#\n]*)(?:##.*)?$", text(MAKEFILE), re.MULTILINE))


def dry_run(target: str) -> str:
    return subprocess.run(
        ["make", "-n", "-s", target], cwd=ROOT, capture_output=True, text=True, check=True, env=clean()
    ).stdout


def clean(**more: str) -> Mapping[str, str]:
    """The environment without what an outer make hands down."""
    return {key: value for key, value in os.environ.items() if not key.startswith("MAKE")} | more


def test_every_make_command_that_a_page_names_exists() -> None:
    named = {
        word
        for page in tracked("*.md")
        for line in re.findall(r"`(make [a-z0-9 ]+)[^`]*`|^(make [a-z0-9 ]+)", text(page), re.MULTILINE)
        for word in "".join(line).split()[1:]
    }
    assert {"demo", "test"} <= named
    assert named - set(targets()) == set()


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "torture"])
def test_every_command_makes_the_same_environment_first(target: str) -> None:
    assert targets()[target].split() == ["$(STAMP)"]


def test_every_target_is_told_by_help() -> None:
    told = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True, env=clean())
    assert {line.split()[0] for line in told.stdout.splitlines()} == set(targets())


def test_tests_and_torture_together_are_all_tests() -> None:
    assert '-m "not torture"' in dry_run("test")
    assert "-m torture" in dry_run("torture")


def test_ci_runs_the_checks_and_the_tests() -> None:
    assert text(Path(".ci/run")).splitlines()[-1] == "make check test"
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize(("failing", "code"), [("none", 0), ("check", 2), ("test", 2)])
def test_ci_ends_non_zero_when_a_step_fails(tmp_path: Path, failing: str, code: int) -> None:
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci/run").write_text(text(Path(".ci/run")))
    steps = "".join(f"{step}:\n\t@{'false' if step == failing else 'echo ran ' + step}\n" for step in ("check", "test"))
    (tmp_path / "Makefile").write_text(f".PHONY: check test\n{steps}")
    done = subprocess.run(["bash", tmp_path / ".ci/run"], capture_output=True, text=True, check=False, env=clean())
    assert done.returncode == code
    assert ("ran test" in done.stdout) == (failing == "none")


def test_a_missing_tool_is_named_with_how_to_get_it() -> None:
    script = ROOT / "scripts/need-tools"
    done = subprocess.run([script, "no-such-tool"], capture_output=True, text=True, check=False, env=clean(CI=""))
    assert (done.returncode, done.stderr) == (
        1,
        "the tests need: no-such-tool; on Debian: apt-get install no-such-tool\n",
    )


def test_an_old_python_is_refused_with_the_remedy(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        [ROOT / "scripts/make-venv", old, tmp_path / "venv"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_each_async_rule_that_is_off_has_its_reason() -> None:
    makefile = text(MAKEFILE)
    off = re.findall(r"ASYNC(\d+)", makefile.split("ASYNC_OFF :=", 1)[1].splitlines()[0])
    assert off
    comment = makefile.split("ASYNC_OFF :=", 1)[0].rsplit("STAMP := ", 1)[1]
    assert all(f"# {rule}:" in comment for rule in off)
