"""What the tables of docs/troubleshooting.md look a message up by is what messages say."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.conftest import module, text, tracked

PAGE = text(Path("docs/troubleshooting.md"))


@cache
def said() -> str:
    """Every text of the program that is no docstring, a line each; what is filled in divides it."""
    nodes = [node for path in tracked("stoker/*.py") for node in ast.walk(module(path))]
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in docs]
    return "\n".join(words for words in texts if isinstance(words, str))


def quoted() -> list[str]:
    cells = re.findall(r"^\| (?!the message says|---)([^|]+?) \|", PAGE, re.MULTILINE)
    return [part for cell in cells for part in re.split(r" ?… ?|, ", cell) if part]


@pytest.mark.parametrize("words", quoted())
def test_a_message_says_so(words: str) -> None:
    assert words in said()
