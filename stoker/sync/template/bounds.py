"""How much one template may do: the bounds, and the budget that one parse or execution spends from.

Templates come from a repository that many can push to, and an agent renders them beside a running gateway: a loop or a
doubling text must end in a message, not in a full disk or a killed pod. Counting is done where work is done, so that
no watchdog is needed and the same template is refused at the same point on every machine.
"""

from __future__ import annotations

from stoker.values import Value


class Bounds(Value, frozen=True):
    """What one template may use; each refusal names the bound that was met.

    steps: nodes visited, commands evaluated and loop rounds, plus one for each few bytes of slow work (quoting).
    words: names, numbers, texts, blanks and signs of the source, the text between two actions being one.
    depth: templates called from one another. nesting: blocks and parentheses within one another, in the source.
    output: bytes of the result, and of any one text made on the way; all those texts together may reach four times it.
    """

    steps: int = 1_000_000
    depth: int = 100
    nesting: int = 100
    words: int = 200_000
    output: int = 16 * 1024 * 1024


DEFAULT = Bounds()
_TOGETHER = 4  # texts made on the way, in outputs: what variables can hold at one time is bounded by it too


class RefusedError(Exception):
    """A refusal without a place; whoever knows the node that was at work adds it. Never leaves the package."""


class Budget:
    """What is left to one execution. Raises RefusedError, naming the bound."""

    __slots__ = ("bounds", "made", "steps", "written")

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.steps = bounds.steps
        self.written = 0
        self.made = 0

    def step(self, count: int = 1) -> None:
        """Spend `count` steps."""
        self.steps -= count
        if self.steps < 0:
            raise RefusedError(f"more than {self.bounds.steps} steps: a loop is too long for a template")

    def write(self, size: int) -> None:
        """Announce `size` bytes of output, before they are joined to it."""
        self.written += size
        if self.written > self.bounds.output:
            raise RefusedError(f"more than {self.bounds.output} bytes of output")

    def make(self, size: int, before: int = 0) -> None:
        """Announce `size` bytes of a text made on the way that has `before` already, before they are allocated."""
        self.made += size
        if before + size > self.bounds.output:
            raise RefusedError(f"a text of more than {self.bounds.output} bytes made on the way")
        if self.made > _TOGETHER * self.bounds.output:
            raise RefusedError(f"more than {_TOGETHER * self.bounds.output} bytes of text made on the way")
