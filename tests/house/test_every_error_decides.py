"""The error tree: each leaf says what happens next, somebody raises it, and its message is one line for a human."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING

import pytest

import stoker.errors as tree
from stoker.errors import StokerError, Terminal, Transient, Waiting
from tests.house.conftest import module, tracked

if TYPE_CHECKING:
    from pathlib import Path

DECISIONS = (Transient, Waiting, Terminal)
LEAVES = [
    leaf
    for leaf in vars(tree).values()
    if inspect.isclass(leaf) and issubclass(leaf, StokerError) and leaf not in (StokerError, *DECISIONS)
]


def makes(path: Path, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name
        for node in ast.walk(module(path))
    )


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_has_one_decision_a_reason_and_a_docstring(leaf: type[StokerError]) -> None:
    assert [decision for decision in DECISIONS if issubclass(leaf, decision)] == [leaf.__bases__[0]]
    assert leaf.reason == leaf.__name__
    assert re.fullmatch(r"([A-Z][a-z0-9]+)+", leaf.reason)
    assert inspect.getdoc(leaf)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_is_raised_somewhere(leaf: type[StokerError]) -> None:
    name = leaf.__name__
    assert [path for path in tracked("stoker/*.py") if makes(path, name)] != []


def test_the_drawing_shows_the_decisions() -> None:
    drawing = inspect.getdoc(tree) or ""
    assert all(f"── {decision.__name__}" in drawing for decision in DECISIONS)


def test_nobody_raises_a_bare_decision_or_the_root() -> None:
    bare = {kind.__name__ for kind in (StokerError, *DECISIONS)}
    raised = [
        f"{path}:{node.lineno}"
        for path in tracked("stoker/*.py")
        for node in ast.walk(module(path))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and getattr(node.exc.func, "id", "") in bare
    ]
    assert raised == []


def test_no_failure_is_swallowed_whole() -> None:
    """``except Exception: pass`` and its like hide what a human must hear."""
    silent = [
        f"{path}:{node.lineno}"
        for path in tracked("stoker/*.py")
        for node in ast.walk(module(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
        and all(isinstance(line, (ast.Pass, ast.Continue)) for line in node.body)
    ]
    assert silent == []
