"""Locks pin every package by hash; no file names an index, a host to install from, or a package that is not locked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.conftest import ROOT, text, tracked

LOCKS = [Path("requirements.lock"), Path("requirements-dev.lock")]
PIN = re.compile(r"([A-Za-z0-9_.-]+)==[^\s;]+( ;[^\\]*)?( \\\n    --hash=sha256:[0-9a-f]{64})+")
# Put together from pieces, or this file would name one itself.
INDEX = re.compile(
    "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "--(extra-)?index-" + "url[ =]h", "trusted-" + "host"])
)


def pinned(lock: Path) -> set[str]:
    return {re.sub(r"[-_.]+", "-", name).lower() for name, *_ in PIN.findall(text(lock))}


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_holds_hashed_pins_and_nothing_else(lock: Path) -> None:
    rest = [line for line in PIN.sub("", text(lock)).splitlines() if line.strip() and not line.startswith("#")]
    assert rest == []
    assert pinned(lock)


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_holds_all_that_the_project_asks_for(lock: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(project["optional-dependencies"]["dev"] if "dev" in lock.name else [])]
    assert {re.split(r"[<>=\[]", line)[0].lower() for line in wanted} - pinned(lock) == set()


def test_both_locks_agree() -> None:
    versions = [dict(re.findall(r"^([\w.-]+)==(\S+)", text(lock), re.MULTILINE)) for lock in LOCKS]
    assert {name: version for name, version in versions[0].items() if versions[1].get(name) != version} == {}


def test_no_file_names_an_index() -> None:
    assert [str(path) for path in tracked() if path.suffix != ".png" and INDEX.search(text(path))] == []


def test_the_environment_is_made_from_the_hashed_lock() -> None:
    script = text(Path("scripts/make-venv"))
    installs = [line for line in script.splitlines() if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert "requirements-dev.lock" in script
