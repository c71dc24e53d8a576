"""The parsed template: one small class a kind of node, with its place, and its text for messages.

Nodes hold no behaviour: the parser makes them, the walker and the evaluator read them. `pos` is a byte offset.
"""

from __future__ import annotations

from stoker.sync.template.quoting import quoted
from stoker.sync.template.unicode import decode
from stoker.values import Mutable


class Identifier(Mutable):
    """The name of a function."""

    pos: int
    name: str


class Field(Mutable):
    """`.A.B`, relative to dot."""

    pos: int
    names: list[str]


class Variable(Mutable):
    """`$x.A.B`; the first name carries the dollar sign."""

    pos: int
    names: list[str]


class Chain(Mutable):
    """Fields of a function's or a parenthesised pipeline's value."""

    pos: int
    node: Identifier | Pipe
    names: list[str]


class Dot(Mutable):
    """The cursor."""

    pos: int


class Nil(Mutable):
    """The untyped nil."""

    pos: int


class Bool(Mutable):
    """`true` or `false`."""

    pos: int
    value: bool


class Number(Mutable):
    """A constant; `value` is None where it overflows an int, which is refused only when it is evaluated."""

    pos: int
    text: bytes
    value: int | float | complex | None


class String(Mutable):
    """A quoted or raw string and what it stands for."""

    pos: int
    literal: bytes
    value: bytes


class Command(Mutable):
    """Operands; the first may be a function that takes the others."""

    pos: int
    args: list[Operand]


class Pipe(Mutable):
    """Commands, each given its forerunner's value last; perhaps declaring or assigning variables."""

    pos: int
    assigns: bool
    names: list[Variable]
    commands: list[Command]


Operand = Identifier | Field | Variable | Chain | Dot | Nil | Bool | Number | String | Pipe


class Text(Mutable):
    """Plain text, written as it is."""

    pos: int
    text: bytes


class Action(Mutable):
    """A pipeline whose value is written."""

    pos: int
    pipe: Pipe


class Branch(Mutable):
    """`if`, `with` or `range`; `otherwise` is None without an else."""

    pos: int
    kind: str
    pipe: Pipe
    body: list[Node]
    otherwise: list[Node] | None


class Jump(Mutable):
    """`break` or `continue`."""

    pos: int
    kind: str


class Call(Mutable):
    """`template`, and what a `block` leaves in place of its definition."""

    pos: int
    name: bytes
    pipe: Pipe | None


Node = Text | Action | Branch | Jump | Call
Place = Node | Operand | Command

_LONGEST = 80


def describe(node: Place) -> str:
    """The node in template notation, cut where it is long."""
    try:
        text = _text(node)
    except RecursionError:  # the caller's own stack is nearly used up
        return "..."
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def _text(node: Place) -> str:
    match node:
        case Identifier():
            return node.name
        case Field():
            return "." + ".".join(node.names)
        case Variable():
            return ".".join(node.names)
        case Chain():
            inner = f"({_text(node.node)})" if isinstance(node.node, Pipe) else node.node.name
            return ".".join([inner, *node.names])
        case Number():
            return decode(node.text)
        case String():
            return decode(node.literal)
        case Command():
            return " ".join(f"({_text(arg)})" if isinstance(arg, Pipe) else _text(arg) for arg in node.args)
        case Pipe():
            names = ", ".join(_text(name) for name in node.names)
            sign = " = " if node.assigns else " := "
            return (names + sign if names else "") + " | ".join(_text(command) for command in node.commands)
        case _:
            return _rest(node)


def _rest(node: Dot | Nil | Bool | Node) -> str:
    match node:
        case Dot():
            return "."
        case Nil():
            return "nil"
        case Bool():
            return "true" if node.value else "false"
        case Text():
            return decode(node.text)
        case Action():
            return "{{" + _text(node.pipe) + "}}"
        case Branch():
            return "{{" + node.kind + " " + _text(node.pipe) + "}}"
        case Jump():
            return "{{" + node.kind + "}}"
        case Call():
            return "{{template " + quoted(node.name) + (" " + _text(node.pipe) if node.pipe else "") + "}}"
