"""A twin of the engine's one mutating object that dies at a call, fails at a call, or both; and the child it dies in.

A death is ``os._exit`` in a forked child of this warm process, which costs milliseconds where a new interpreter costs
half a second; what the kernel has is what a SIGKILL would leave.
"""

from __future__ import annotations

import errno
import os
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from stoker.sync.files import Files

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
DIED = 86
"""Exit code of a child that died at its point."""
FINISHED = 0


@dataclass(frozen=True)
class Death:
    """The process ends before, or after, call number ``at``, counted from 1."""

    at: int
    after: bool


@dataclass(frozen=True)
class Refusal:
    """``OSError(code)`` at call ``at``, and at all of the ``lasting`` calls from there on (a disk stays full)."""

    at: int
    code: int
    lasting: int = 1


class ScriptedFiles(Files):
    """Writes down every mutating call as (op, path), and dies or fails where it is told to."""

    def __init__(self, *, links: bool = True, death: Death | None = None, refusal: Refusal | None = None) -> None:
        """``links``: does this file system serve links? Their refusal is no fault: the engine must copy."""
        super().__init__()
        self.trail: list[tuple[str, str]] = []
        self._links = links
        self._death = death
        self._refusal = refusal

    def call(self, op: str, path: str, do: Callable[[], T]) -> T:
        """One mutating call, perhaps refused, perhaps the last."""
        self.trail.append((op, path))
        number = len(self.trail)
        death = self._death
        dies = death is not None and death.at == number
        if death is not None and dies and not death.after:
            os._exit(DIED)
        try:
            return super().call(op, path, lambda: self._do(number, op, path, do))
        finally:
            if dies:  # also when the kernel refused: it was called
                os._exit(DIED)

    def _do(self, number: int, op: str, path: str, do: Callable[[], T]) -> T:
        refusal = self._refusal
        if refusal is not None and refusal.at <= number < refusal.at + refusal.lasting:
            raise OSError(refusal.code, os.strerror(refusal.code), path)
        if op == "link" and not self._links:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), path)
        return do()


def in_child(run: Callable[[], object]) -> int:
    """Runs ``run`` in a forked child; its exit code. Any exception there is exit code 1 with the traceback on stderr."""
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException:  # noqa: BLE001, ASYNC103 - a child of a fork must never return into pytest
            traceback.print_exc()
            os._exit(1)
        os._exit(FINISHED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
