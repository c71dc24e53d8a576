"""Twins of the engine's one mutating object: one dies at a call, one fails there.

Owns: counting, dying and failing. A death is ``os._exit`` in a forked child of this warm process, which costs
milliseconds where a new interpreter costs half a second; what the kernel has is what a SIGKILL would leave.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

from stoker.sync.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
DIED = 86
"""Exit code of a child that died at its point."""
FINISHED = 0


class CountingFiles(Files):
    """Counts the mutating calls of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One mutating call."""
        self.calls += 1
        return super().call(op, path, do)


class DyingFiles(CountingFiles):
    """Ends the process before (``after=False``) or after call number ``at``, counted from 1."""

    def __init__(self, at: int, *, after: bool) -> None:
        super().__init__()
        self.at = at
        self.after = after

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One mutating call, perhaps the last."""
        self.calls += 1
        if self.calls == self.at and not self.after:
            os._exit(DIED)
        result = Files.call(self, op, path, do)
        if self.calls == self.at:
            os._exit(DIED)
        return result


class FailingFiles(CountingFiles):
    """Raises ``OSError(code)`` at call ``at``, and at ``lasting`` calls from there on (a disk stays full)."""

    def __init__(self, at: int, code: int, *, lasting: int = 1) -> None:
        super().__init__()
        self.at = at
        self.code = code
        self.lasting = lasting
        self.failed: list[str] = []

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One mutating call, perhaps refused."""
        self.calls += 1
        if self.at <= self.calls < self.at + self.lasting:
            self.failed.append(op)
            raise OSError(self.code, os.strerror(self.code), path)
        return Files.call(self, op, path, do)


def in_child(run: Callable[[], object]) -> int:
    """Runs ``run`` in a forked child; its exit code. Any exception there is exit code 1 with the traceback on stderr."""
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException:  # noqa: BLE001, ASYNC103 - a child of a fork must never return into pytest
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(FINISHED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
