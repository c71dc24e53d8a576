"""eq, ne, lt, le, gt and ge: which values may be compared, and how, by Go's kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.values import Byte, type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.sync.template.bounds import Budget
    from stoker.sync.template.values import Value

_SLOW = 1024  # bytes that are compared at one stroke, to a step
_KINDS: dict[type, str] = {bytes: "string", bool: "bool", int: "int", Byte: "int", float: "float", complex: "complex"}


def eq(args: Sequence[Value], budget: Budget) -> bool:
    """Is the first equal to any of the others? Raises RefusedError for kinds that do not compare."""
    first = args[0]
    if len(args) < 2:
        raise RefusedError("missing argument for comparison")
    return any(_equal(first, other, budget) for other in args[1:])


def ne(args: Sequence[Value], budget: Budget) -> bool:
    """Are the two different? Raises RefusedError."""
    return not eq(args, budget)


def lt(args: Sequence[Value], budget: Budget) -> bool:
    """Is the first less? Strings go by their bytes. Raises RefusedError."""
    first, second = args
    if _kind(first) is None or _kind(second) is None:
        raise RefusedError(f"invalid type for comparison: {type_name(first)} and {type_name(second)}")
    if _kind(first) != _kind(second):
        raise _incompatible(first, second)
    if isinstance(first, bytes) and isinstance(second, bytes):
        budget.step(min(len(first), len(second)) // _SLOW)
        return first < second
    if isinstance(first, int | float) and isinstance(second, int | float) and not isinstance(first, bool):
        return first < second
    raise RefusedError(f"invalid type for comparison: {type_name(first)}")


def le(args: Sequence[Value], budget: Budget) -> bool:
    """Is the first less or equal? Raises RefusedError."""
    return lt(args, budget) or eq(args, budget)


def gt(args: Sequence[Value], budget: Budget) -> bool:
    """Is the first greater? Raises RefusedError."""
    return not le(args, budget)


def ge(args: Sequence[Value], budget: Budget) -> bool:
    """Is the first greater or equal? Raises RefusedError."""
    return not lt(args, budget)


def _kind(value: Value) -> str | None:
    return _KINDS.get(type(value))


def _equal(first: Value, second: Value, budget: Budget) -> bool:
    if first is None or second is None:
        return first is second
    if _kind(first) != _kind(second):
        raise _incompatible(first, second)
    if _kind(first) is None:
        if type(first) is type(second):
            raise RefusedError(f"values of type {type_name(second)} do not compare")
        raise RefusedError(f"non-comparable types {type_name(first)} and {type_name(second)}")
    if isinstance(first, bytes) and isinstance(second, bytes):
        budget.step(min(len(first), len(second)) // _SLOW)
    return first == second


def _incompatible(first: Value, second: Value) -> RefusedError:
    return RefusedError(f"incompatible types for comparison: {type_name(first)} and {type_name(second)}")
