"""Small files with a purpose: length, docstrings, names, and nothing left for later."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.conftest import module, text, tracked

PYTHON = tracked("stoker/*.py", "tests/*.py", "bench/*.py", "reference/*.py", "scripts/*.py")
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "lib", "tools", "base", "core"}
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
TRACKER = re.compile(r"\b[Ii]ssues? #?\d|(?<![\w&/#])#\d{1,4}\b(?!['\"])")


def ids(path: Path) -> str:
    return path.as_posix()


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(module(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_there_is_something_to_look_at() -> None:
    assert len(PYTHON) > 150


def test_no_file_is_longer_than_300_lines() -> None:
    code = [*PYTHON, *tracked("scripts/*", ".ci/*", "Makefile")]
    assert {str(path): lines for path in code if (lines := text(path).count("\n")) > 300} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    found = {
        f"{path}:{node.name}": lines
        for path in PYTHON
        for node in functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > 60
    }
    assert found == {}


def test_every_module_says_what_it_owns() -> None:
    silent = [str(path) for path in PYTHON if text(path).strip() and not ast.get_docstring(module(path))]
    assert silent == []


def test_every_public_function_of_the_product_has_a_docstring() -> None:
    silent = [
        f"{path}:{node.name}"
        for path in tracked("stoker/*.py")
        for node in module(path).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_is_a_drawer_for_anything() -> None:
    assert [str(path) for path in PYTHON if DRAWERS & {path.stem, *path.parent.parts}] == []


def test_nothing_is_left_for_later() -> None:
    here = Path("tests/house") / Path(__file__).name
    left = [f"{path}: {found[0]}" for path in PYTHON if path != here and (found := LATER.search(text(path)))]
    assert left == []


@pytest.mark.parametrize("path", tracked("*.py", "*.md", "*.toml", "Makefile", ".ci/*", "scripts/*"), ids=ids)
def test_nothing_points_to_a_tracker_or_to_a_workshop(path: Path) -> None:
    if path == Path("tests/house") / Path(__file__).name:
        return
    assert [line for line in text(path).splitlines() if TRACKER.search(line)] == []


def test_every_test_file_tests_something_and_is_named_so() -> None:
    silent = [
        str(path)
        for path in tracked("tests/*.py")
        if path.name.startswith("test_") and not any(node.name.startswith("test_") for node in functions(path))
    ]
    assert silent == []
    assert [str(path) for path in tracked("tests/*_test.py")] == []


def test_no_test_is_skipped_or_sleeps_by_the_clock() -> None:
    waits = re.compile(r"pytest\.skip|mark\.skip|skipif|importorskip")
    here = Path("tests/house") / Path(__file__).name
    assert [str(path) for path in tracked("tests/*.py") if path != here and waits.search(text(path))] == []
