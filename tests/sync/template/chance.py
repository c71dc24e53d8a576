"""Templates by chance, from a seed: sensible ones of all actions, functions and verbs, and committed ones a little changed.

Loops are short and texts small: what never ends is no question for a referee.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from stoker.sync.template.signatures import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(rb'\{\{|\}\}|"(?:[^"\\]|\\.)*"|`[^`]*`|[\w.$]+|\s+|.', re.DOTALL)
_FIELDS = ".Vars.site .Vars.umlaut .Vars.empty .PodOrdinal .GatewayName .Vars .Labels . $ $.Vars $x $y .Vars.nope .Nope"
_TEXTS = r'"abc" "é😀" "\xff\xc3\xa9" "" "%d" "a\tb\"c" "\u200b\ufeff" "12" "<&\x27>" "\U0010ffff\u2028\u0301" "\x00\x7f\u0085"'
_NUMBERS = (
    "0 1 -1 7 255 1e3 1.5 -0.0 1e21 123456.789 1i 1.5-2i 'a' 'é' 0x1F 0b11 017 1_000 0x1p-3 5e-324 nil true false"
)
_FUNCTIONS = (*SIGNATURES, "nope")
_LARGE = re.compile(rb"[0-9a-fA-F_]{5}")  # a number that would make a loop of it too long
_RANGES = (".Vars", ".Labels", "3", 'len "abcd"', "index `\x03` 0", ".", '"s"')


class Chance:
    """Draws from one seed."""

    def __init__(self, seed: int, committed: Sequence[bytes]) -> None:
        self._random = random.Random(seed)
        self._committed = [_TOKEN.findall(template) for template in committed if not _LARGE.search(template)]
        self._pool = [token for tokens in self._committed for token in tokens]

    def templates(self, count: int) -> Iterator[bytes]:
        """`count` of them."""
        for _ in range(count):
            if self._below(0.4):
                yield self._changed()
            else:
                yield self._spaced(
                    self._one("", "{{$x := 1}}") + "".join(self._action(3) for _ in range(self._random.randint(1, 3)))
                )

    def _one(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _below(self, chance: float) -> bool:
        return self._random.random() < chance

    def _changed(self) -> bytes:
        tokens = list(self._random.choice(self._committed))
        for _ in range(self._random.randint(1, 3)):
            at = self._random.randrange(len(tokens) + 1)
            removed = self._random.randint(0, 1)
            added = self._random.choice([[], [self._random.choice(self._pool)], self._random.choice(self._committed)])
            tokens[at : at + removed] = added
        return b"".join(tokens)

    def _spaced(self, text: str) -> bytes:
        """With some blanks turned into others, so that errors are in many lines."""
        blanks = (" ", " ", " ", "\n", "\t", "  ", "\r\n")
        return "".join(self._one(*blanks) if char == " " else char for char in text).encode()

    def _format(self) -> str:
        parts = []
        for _ in range(self._random.randint(1, 3)):
            flags = "".join(self._random.choices("+-# 0", k=self._random.choice([0, 0, 1, 1, 2])))
            index = self._one("", "", "", "", "", "", "[1]", "[2]", "[9]", "[a]")
            width = self._one("", "", "", "1", "5", "12", "*")
            precision = self._one("", "", "", ".", ".0", ".2", ".10", ".*")
            parts.append(
                self._one("", "a", "é ")
                + "%"
                + flags
                + index
                + width
                + precision
                + self._one(*"vvvsdqxXeEfFgGbcoOUtTw%!z")
            )
        return '"' + "".join(parts) + '"'

    def _operand(self, depth: int) -> str:
        if depth > 0 and self._below(0.15):
            return "(" + self._pipeline(depth - 1) + ")" + self._one("", "", "", ".site", ".x")
        if self._below(0.1):
            return repr(self._random.uniform(-1, 1) * 10.0 ** self._random.randint(-12, 24))
        return self._one(*self._random.choice([_FIELDS, _TEXTS, _TEXTS, _NUMBERS]).split(" "))

    def _pipeline(self, depth: int) -> str:
        declared = self._one("", "", "", "", "", "", "$x := ", "$x = ")
        return declared + " | ".join(self._command(depth) for _ in range(self._random.choice([1, 1, 1, 2, 3])))

    def _command(self, depth: int) -> str:
        if self._below(0.25):
            return self._operand(depth)
        if self._below(0.5):
            name, count = f"printf {self._format()}", self._random.randint(0, 4)
        else:
            name, count = self._one(*_FUNCTIONS), self._random.choice([0, 1, 1, 2, 2, 3])
        return " ".join([name, *(self._operand(depth) for _ in range(count))])

    def _body(self, depth: int) -> str:
        return "".join(
            self._action(depth - 1) if self._below(0.5) else self._one("t", " \n ", " é")
            for _ in range(self._random.randint(0, 3))
        )

    def _action(self, depth: int) -> str:
        left, right = self._one("{{", "{{", "{{", "{{- "), self._one("}}", "}}", "}}", " -}}")
        kind = self._one("value", "value", "if", "with", "range", "define", "template") if depth > 0 else "value"
        match kind:
            case "if" | "with":
                other = self._one("", "{{else}}", f"{{{{else {kind} {self._pipeline(1)}}}}}")
                other += self._body(depth) if other else ""
                return f"{left}{kind} {self._pipeline(depth)}{right}{self._body(depth)}{other}{{{{end}}}}"
            case "range":
                head = self._one("", "$y := ", "$x, $y := ", "$x = ") + self._one(*_RANGES)
                jump = self._one("", "{{if eq . 1}}{{break}}{{end}}", "{{continue}}", "{{break}}")
                body = self._body(depth) + jump + self._body(depth) + self._one("", "{{else}}e")
                return f"{left}range {head}{right}{body}{{{{end}}}}"
            case "define":
                return (
                    "{{"
                    + self._one('define "a"', 'define "b"', 'block "c" .', 'block "c" .Vars')
                    + "}}"
                    + self._one("z", "{{.}}", "{{.site}}")
                    + "{{end}}"
                )
            case "template":
                return "{{template " + self._one('"a"', '"b"', '"c"') + self._one("", " .", " .Vars", " $x") + "}}"
            case _:
                return left + self._pipeline(depth) + right
