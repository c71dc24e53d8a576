"""The log lines that the product's code can say, read from the code itself: event, level, fields, and in which room.

An event's name stands as a constant where it is said. Where one function says it for several, its parameter is called ``event``,
and the names stand where that function is called or given. Anything else is refused here, because then nobody could list them.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1] / "stoker"
LEVELS: Final = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
NAME: Final = re.compile(r"[a-z]+(_[a-z]+)*")
SILENT: Final = {"exc_info"}
"""What is given beside the fields."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Spoken:
    """One event, of all places that say it. ``open``: some of its fields are made elsewhere and cannot be read."""

    levels: set[str] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)
    open: bool = False


@cache
def spoken() -> dict[str, Spoken]:
    """By event, in the order of their names. ValueError names the place where one is said that cannot be read."""
    found: dict[str, Spoken] = {}
    for path in sorted(ROOT.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for scope in (node for node in module.body if isinstance(node, ast.ClassDef | Function)):
            bound = _bound(scope)
            for levels, call in (one for node in ast.walk(scope) if isinstance(node, Function) for one in _said(node)):
                for event in _names(module, call, path):
                    known = found.setdefault(event, Spoken())
                    _note(known, levels, call, path)
                    known.fields |= bound
    return dict(sorted(found.items()))


def _bound(scope: ast.AST) -> set[str]:
    """What a class or function gives its logger for all lines: the fields of ``get_logger`` and ``bind``."""
    return {
        keyword.arg
        for node in ast.walk(scope)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"get_logger", "bind"}
        for keyword in node.keywords
        if keyword.arg
    }


def _said(function: Function) -> Iterator[tuple[set[str], ast.Call]]:
    """The calls of a logger, also by another name (``say = log.info if … else log.warning``) and by ``partial``."""
    aliases = {
        target.id: levels
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and (levels := _levels(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in aliases:
            yield aliases[node.func.id], node
        elif isinstance(node.func, ast.Attribute) and (levels := _levels(node.func)):
            yield levels, node
        elif isinstance(node.func, ast.Name) and node.func.id == "partial" and (levels := _levels(node.args[0])):
            yield levels, ast.Call(node.func, node.args[1:], node.keywords, lineno=node.lineno)


def _levels(node: ast.expr) -> set[str]:
    """Of ``log.info``, or of a choice among such; empty for anything else."""
    if isinstance(node, ast.IfExp):
        return _levels(node.body) | _levels(node.orelse)
    if isinstance(node, ast.Attribute) and node.attr in LEVELS and "log" in ast.unparse(node.value).lower():
        return {LEVELS[node.attr]}
    return set()


def _names(module: ast.Module, call: ast.Call, path: Path) -> Iterator[str]:
    said = call.args[0] if call.args else None
    if isinstance(said, ast.Constant) and NAME.fullmatch(str(said.value)):
        yield str(said.value)
    elif isinstance(said, ast.Name) and said.id == "event":
        yield from _given(module)
    else:
        raise ValueError(
            f"{path}:{call.lineno}: the name of this log line's event stands nowhere; see reference/spoken.py"
        )


def _given(module: ast.Module) -> Iterator[str]:
    """What is given to the functions of a module that have a parameter ``event``."""
    takers = {
        node.name
        for node in ast.walk(module)
        if isinstance(node, Function) and "event" in {arg.arg for arg in node.args.args}
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and any(
            isinstance(one, ast.Name) and one.id in takers for one in (node.func, *node.args)
        ):
            for one in node.args:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and NAME.fullmatch(one.value):
                    yield one.value


def _note(known: Spoken, levels: set[str], call: ast.Call, path: Path) -> None:
    known.levels |= levels
    known.rooms.add(path.relative_to(ROOT).parts[0])
    known.fields |= {keyword.arg for keyword in call.keywords if keyword.arg} - SILENT
    known.open = known.open or any(keyword.arg is None for keyword in call.keywords)
