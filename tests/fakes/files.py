"""Twins of the engine's one mutating object: one writes down what it is asked, one refuses what it is told to refuse.

Both stand at the engine's own port, `Files.call`; everything that is not refused happens for real.
"""

from __future__ import annotations

import os
from fnmatch import fnmatch
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from stoker.sync.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Call(NamedTuple):
    """One mutating call: the method's name and the path it was made on."""

    op: str
    path: str


class RecordingFiles(Files):
    """Writes down every mutating call, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One mutating call, written down before it is made."""
        self.calls.append(Call(op, path))
        return super().call(op, path, do)

    def at(self, op: str, path: str = "*") -> int:
        """The index of the first such call. Raises ValueError when there is none."""
        for index, call in enumerate(self.calls):
            if call.op == op and fnmatch(call.path, path):
                return index
        raise ValueError(f"no {op} of {path} among {self.calls}")


class RefusingFiles(RecordingFiles):
    """Refuses calls by name and path until told otherwise; a call may also run something just before it is made."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: list[tuple[str, str, int]] = []
        self._before: list[tuple[str, str, Callable[[], object]]] = []

    def refuse(self, op: str, path: str = "*", code: int = 0) -> None:
        """From now on ``op`` on paths that match ``path`` fails with errno ``code``."""
        self._refused.append((op, path, code))

    def allow(self) -> None:
        """Refuse nothing any more."""
        self._refused.clear()

    def before(self, op: str, path: str, do: Callable[[], object]) -> None:
        """Run ``do`` once, just before the first such call: what somebody else does at that very moment."""
        self._before.append((op, path, do))

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One mutating call, perhaps refused."""
        for hook in [hook for hook in self._before if hook[0] == op and fnmatch(path, hook[1])]:
            self._before.remove(hook)
            hook[2]()
        for refused, pattern, code in self._refused:
            if refused == op and fnmatch(path, pattern):
                raise OSError(code, os.strerror(code), path)
        return super().call(op, path, do)
