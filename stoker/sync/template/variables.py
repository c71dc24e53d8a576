"""The variables of a template: a stack that blocks cut back, where a name means its latest declaration.

The parser keeps one to know which names are declared, each call of a template one with their values.

Each name knows its places, so that a template of thousands of variables finds one as fast as a template of two: with a
search along the stack, a loop over it would cost far more than the steps that it is charged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.bounds import RefusedError

if TYPE_CHECKING:
    from stoker.sync.template.values import Value


class Variables:
    """Begins with `$`, the value that the template was called with."""

    __slots__ = ("_names", "_places", "_values")

    def __init__(self, root: Value) -> None:
        self._names = ["$"]
        self._values: list[Value] = [root]
        self._places: dict[str, list[int]] = {"$": [0]}

    def mark(self) -> int:
        """Where `cut` comes back to."""
        return len(self._names)

    def cut(self, mark: int) -> None:
        """Forget what was declared since the mark was taken."""
        if mark == len(self._names):
            return
        for name in self._names[mark:]:
            self._places[name].pop()
        del self._names[mark:], self._values[mark:]

    def declare(self, name: str, value: Value) -> None:
        """A new variable, which hides others of the same name."""
        self._places.setdefault(name, []).append(len(self._names))
        self._names.append(name)
        self._values.append(value)

    def knows(self, name: str) -> bool:
        """Is there a variable of this name?"""
        return bool(self._places.get(name))

    def get(self, name: str) -> Value:
        """The value of the variable declared last by this name. Raises RefusedError."""
        return self._values[self._place(name)]

    def assign(self, name: str, value: Value) -> None:
        """A new value for the variable declared last by this name. Raises RefusedError."""
        self._values[self._place(name)] = value

    def set_top(self, depth: int, value: Value) -> None:
        """A new value for the variable that is the `depth`-th from the top, counted from 1, whatever its name."""
        self._values[-depth] = value

    def _place(self, name: str) -> int:
        places = self._places.get(name)
        if not places:
            # The parser saw a declaration, but `and` or `or` never came to it.
            raise RefusedError(f"undefined variable: {name}")
        return places[-1]
