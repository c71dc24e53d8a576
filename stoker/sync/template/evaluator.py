"""Pipelines, commands and arguments to values: the half of an execution that writes nothing.

It keeps what Go's evaluator keeps: dot is given with each call, variables are a stack that blocks cut back, and the node
at work is remembered, so that a refusal names its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.functions import FUNCTIONS
from stoker.sync.template.nodes import (
    Bool,
    Chain,
    Dot,
    Field,
    Identifier,
    Nil,
    Number,
    Pipe,
    String,
    Variable,
    describe,
)
from stoker.sync.template.quoting import quoted
from stoker.sync.template.signatures import SIGNATURES
from stoker.sync.template.unicode import decode, encode
from stoker.sync.template.values import Root, Table, truth, type_name
from stoker.sync.template.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.sync.template.bounds import Budget
    from stoker.sync.template.nodes import Command, Operand, Place
    from stoker.sync.template.values import Value

_SHOWN = 12  # names told in a message


class _Missing:
    """The type of MISSING."""


MISSING: Final = _Missing()  # no value comes down the pipeline, which is other than nil


class Evaluator:
    """Evaluates within one template call after another; `variables` is the stack of the present call."""

    __slots__ = ("budget", "node", "variables")

    def __init__(self, budget: Budget, node: Place, root: Value) -> None:
        self.budget = budget
        self.node = node
        self.variables = Variables(root)

    def pipeline(self, dot: Value, pipe: Pipe) -> Value:
        """The value of a pipeline; its variables are declared or assigned. Raises RefusedError."""
        self.node = pipe
        value: Value | _Missing = MISSING
        for command in pipe.commands:
            self.budget.step()
            value = self._command(dot, command, value)
        result = None if isinstance(value, _Missing) else value
        for variable in pipe.names:
            if pipe.assigns:
                self.variables.assign(variable.names[0], result)
            else:
                self.variables.declare(variable.names[0], result)
        return result

    def _command(self, dot: Value, command: Command, final: Value | _Missing) -> Value:
        first, args = command.args[0], command.args
        match first:
            case Field():
                self.node = first
                return self._fields(dot, first.names, args, final)
            case Chain():
                return self._chain(dot, first, args, final)
            case Identifier():
                self.node = first
                return self._call(dot, command, first.name, args[1:], final)
            case Pipe():
                self._no_function(args, final)
                return self.pipeline(dot, first)
            case Variable():
                return self._variable(first, args, final)
            case _:
                self.node = first
                self._no_function(args, final)
                return self._constant(dot, first)

    def _constant(self, dot: Value, node: Bool | Dot | Nil | Number | String) -> Value:
        match node:
            case Dot():
                return dot
            case Nil():
                raise RefusedError("nil is not a command")
            case Number():
                if node.value is None:
                    raise RefusedError(f"{decode(node.text)} overflows int")
                return node.value
            case _:
                return node.value

    def _no_function(self, args: Sequence[Operand], final: Value | _Missing) -> None:
        if len(args) > 1 or final is not MISSING:
            raise RefusedError(f"can't give an argument to {describe(args[0])}, which is no function")

    def _variable(self, node: Variable, args: Sequence[Operand], final: Value | _Missing) -> Value:
        self.node = node
        value = self.variables.get(node.names[0])
        if len(node.names) == 1:
            self._no_function(args, final)
            return value
        return self._fields(value, node.names[1:], args, final)

    def _chain(self, dot: Value, node: Chain, args: Sequence[Operand], final: Value | _Missing) -> Value:
        self.node = node
        return self._fields(self._argument(dot, node.node), node.names, args, final)

    # --- fields
    def _fields(self, value: Value, names: list[str], args: Sequence[Operand], final: Value | _Missing) -> Value:
        """`value.A.B`; only the last may be given arguments, and nothing here takes any."""
        last = len(names) - 1
        for at, name in enumerate(names):
            value = self._field(value, name, given=at == last and (len(args) > 1 or final is not MISSING))
        return value

    def _field(self, value: Value, name: str, *, given: bool) -> Value:
        if value is None:
            raise RefusedError(f"nil data; no entry for key {quoted(encode(name))}")
        if isinstance(value, Root) and value.has(name):
            if given:
                raise RefusedError(f"{name} has arguments but cannot be invoked as function")
            return value.field(name)
        if isinstance(value, Table):
            if given:
                raise RefusedError(f"{name} is not a method but has arguments")
            found = value.get(encode(name))
            if found is None:
                raise RefusedError(f"map has no entry for key {quoted(encode(name))}: define it{_known(value.keys())}")
            return found
        if isinstance(value, Root):
            raise RefusedError(f"can't evaluate field {name}: there is none{_known(value.names())}")
        raise RefusedError(
            f"can't evaluate field {name} in type {type_name(value)}: only the root and its maps have fields"
        )

    # --- functions
    def _call(self, dot: Value, node: Place, name: str, args: Sequence[Operand], final: Value | _Missing) -> Value:
        signature = SIGNATURES[name]
        count = len(args) + (final is not MISSING)
        if count < signature.least or (count > signature.least and not signature.more):
            least = "at least " if signature.more else ""
            raise RefusedError(f"wrong number of args for {name}: want {least}{signature.least} got {count}")
        if name in ("and", "or"):
            return self._junction(dot, name, args, final)
        values: list[Value] = []
        for at, arg in enumerate(args):
            if at == 0 and signature.text:
                values.append(self._text(dot, arg))
            else:
                values.append(self._argument(dot, arg))
        if not isinstance(final, _Missing):
            if signature.text and not values and not isinstance(final, bytes):
                raise RefusedError(_expected_string(final))
            values.append(final)
        try:
            return FUNCTIONS[name](values, self.budget)
        except RefusedError as refused:
            self.node = node
            raise RefusedError(f"error calling {name}: {refused}") from None

    def _junction(self, dot: Value, name: str, args: Sequence[Operand], final: Value | _Missing) -> Value:
        """`and` and `or`: the first value that decides; those after it are not evaluated."""
        value: Value = None
        for arg in args:
            value = self._argument(dot, arg)
            if truth(value) == (name == "or"):
                return value
        return value if isinstance(final, _Missing) else final

    def _text(self, dot: Value, node: Operand) -> Value:
        """An argument that must be a string."""
        if isinstance(node, Nil):
            self.node = node
            raise RefusedError("cannot assign nil to string")
        if isinstance(node, Bool | Number):
            self.node = node
            raise RefusedError("expected string; found a constant of another type")
        value = self._argument(dot, node)
        if not isinstance(value, bytes):
            raise RefusedError(_expected_string(value))
        return value

    def _argument(self, dot: Value, node: Operand) -> Value:
        self.node = node
        match node:
            case Nil():
                return None
            case Field():
                return self._fields(dot, node.names, (), MISSING)
            case Variable():
                return self._variable(node, (), MISSING)
            case Pipe():
                return self.pipeline(dot, node)
            case Identifier():
                return self._call(dot, node, node.name, (), MISSING)
            case Chain():
                return self._chain(dot, node, (), MISSING)
            case _:
                return self._constant(dot, node)


def _expected_string(value: Value) -> str:
    if value is None:
        return "invalid value; expected string"
    return f"wrong type for value; expected string; got {type_name(value)}"


def _known(names: list[str]) -> str:
    if not names:
        return ""
    more = ", ..." if len(names) > _SHOWN else ""
    return ", or use one of " + ", ".join(f".{name}" for name in names[:_SHOWN]) + more
