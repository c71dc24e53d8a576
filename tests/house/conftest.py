"""The repository's own files, as git tracks them, read once."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """The files that git knows or would add, relative to the root."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        *patterns,
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(sorted(Path(line) for line in set(listed) if (ROOT / line).is_file()))


@cache
def text(path: Path) -> str:
    """A file's content."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def module(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(text(path), str(path))


def imports(path: Path) -> set[str]:
    """The top names of every module that a file imports, wherever in it, for types only too."""
    found: set[str] = set()
    for node in ast.walk(module(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found
