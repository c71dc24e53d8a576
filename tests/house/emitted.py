"""The reasons of events as the product's code spells them: what stands beside "Normal" or "Warning" in a call or a tuple."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from tests.house.conftest import module, tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS: Final = {"Normal", "Warning"}
_REASON = re.compile(r"[A-Z][A-Za-z]+[a-z][A-Za-z]*")


def words(node: ast.AST) -> set[str]:
    """CamelCase texts anywhere below."""
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and _REASON.fullmatch(one.value)
    } - KINDS


def event_reasons() -> dict[str, set[str]]:
    """Each with the rooms that record it."""
    found: dict[str, set[str]] = {}
    for path in tracked("stoker/*.py"):
        for function in ast.walk(module(path)):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for reason in _of(function):
                    found.setdefault(reason, set()).add(path.parts[1])
    return found


def _of(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        parts = _parts(node)
        if not any(isinstance(part, ast.Constant) and part.value in KINDS for part in parts):
            continue
        for part in parts:
            if isinstance(part, ast.Constant):
                yield from words(part)
            elif isinstance(part, ast.Name):
                yield from _assigned(function, part.id)


def _parts(node: ast.AST) -> list[ast.expr]:
    """What an event is made of: the arguments of a call, or the items of a tuple; not those of a comparison."""
    if isinstance(node, ast.Call):
        return [*node.args, *(keyword.value for keyword in node.keywords)]
    return list(node.elts) if isinstance(node, ast.Tuple) else []


def _assigned(function: ast.AST, name: str) -> Iterator[str]:
    """The words of what a variable is given, as in ``about = "CloneFailed" if … else "SyncFailed"``."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            yield from words(node.value)
