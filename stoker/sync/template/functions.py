"""The functions of a template, but for `and` and `or`, which the evaluator does because they leave arguments unlooked at.

Each takes the list of its arguments, already of the number its signature asks for, and the budget; RefusedError is what
Go calls the function's error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from stoker.sync.template import comparing
from stoker.sync.template.bounds import RefusedError
from stoker.sync.template.printing import sprint, sprintf, sprintln
from stoker.sync.template.unicode import decode, encode, is_byte, is_printable
from stoker.sync.template.values import Byte, Table, truth, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stoker.sync.template.bounds import Budget
    from stoker.sync.template.values import Value

_SLOW = 8  # characters that are looked at one by one, to a step
_HTML = re.compile(rb"[\0\"'&<>]")
_HTML_ESCAPES = {
    b"\0": "\N{REPLACEMENT CHARACTER}".encode(),
    b'"': b"&#34;",
    b"'": b"&#39;",
    b"&": b"&amp;",
    b"<": b"&lt;",
    b">": b"&gt;",
}
_JS = re.compile("[\x00-\x1f\\\\'\"<>&=\x80-\U0010ffff]")
_NOT_PLAIN = re.compile(rb"[^A-Za-z0-9_.~ -]")
_JS_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"'}


def _not(args: Sequence[Value], budget: Budget) -> bool:  # noqa: ARG001 - the shape of all functions
    return not truth(args[0])


def _call(args: Sequence[Value], budget: Budget) -> Value:  # noqa: ARG001 - the shape of all functions
    if args[0] is None:
        raise RefusedError("call of nil")
    raise RefusedError(f"non-function of type {type_name(args[0])}: no value here is a function")


def _len(args: Sequence[Value], budget: Budget) -> int:  # noqa: ARG001 - the shape of all functions
    if isinstance(args[0], bytes | Table):
        return len(args[0])
    raise RefusedError(f"len of type {type_name(args[0])}")


def _index(args: Sequence[Value], budget: Budget) -> Value:  # noqa: ARG001 - the shape of all functions
    item = args[0]
    if item is None:
        raise RefusedError("index of untyped nil")
    for index in args[1:]:
        if isinstance(item, bytes):
            at = _position(index, len(item))
            if at == len(item):
                raise RefusedError(f"index out of range: {at}")
            item = Byte(item[at])
        elif isinstance(item, Table):
            if not isinstance(index, bytes):
                raise RefusedError(f"value has type {type_name(index)}; should be string")
            item = item.get(index) or b""
        else:
            raise RefusedError(f"can't index item of type {type_name(item)}")
    return item


def _slice(args: Sequence[Value], budget: Budget) -> bytes:
    item, *indexes = args
    if item is None:
        raise RefusedError("slice of untyped nil")
    if len(indexes) > 3:
        raise RefusedError(f"too many slice indexes: {len(indexes)}")
    if not isinstance(item, bytes):
        raise RefusedError(f"can't slice item of type {type_name(item)}")
    if len(indexes) == 3:
        raise RefusedError("cannot 3-index slice a string")
    start, end = [*(_position(index, len(item)) for index in indexes), *[0, len(item)][len(indexes) :]]
    if start > end:
        raise RefusedError(f"invalid slice index: {start} > {end}")
    budget.make(end - start)
    return item[start:end]


def _position(index: Value, most: int) -> int:
    if index is None:
        raise RefusedError("cannot index slice/array with nil")
    if isinstance(index, bool) or not isinstance(index, int):
        raise RefusedError(f"cannot index slice/array with type {type_name(index)}")
    if not 0 <= index <= most:
        raise RefusedError(f"index out of range: {index}")
    return index


def _joined(args: Sequence[Value], budget: Budget) -> bytes:
    """The arguments of an escaping function as one text."""
    if len(args) == 1 and isinstance(args[0], bytes):
        return args[0]
    return sprint([b"<no value>" if arg is None else arg for arg in args], budget)


def _html(args: Sequence[Value], budget: Budget) -> bytes:
    text = _joined(args, budget)
    special = len(_HTML.findall(text))
    budget.step(special // _SLOW)
    budget.make(len(text) + 4 * special)
    return _HTML.sub(lambda match: _HTML_ESCAPES[match[0]], text)


def _js(args: Sequence[Value], budget: Budget) -> bytes:
    text = _joined(args, budget)
    chars = decode(text)
    special = len(_JS.findall(chars))
    budget.step(special // _SLOW)
    budget.make(len(text) + 5 * special)
    return encode(_JS.sub(_js_escaped, chars))


def _js_escaped(match: re.Match[str]) -> str:
    char = match[0]
    if char in _JS_ESCAPES:
        return _JS_ESCAPES[char]
    if char >= "\x80" and (is_byte(char) or is_printable(char)):
        return char
    return f"\\u{ord(char):04X}"


def _urlquery(args: Sequence[Value], budget: Budget) -> bytes:
    text = _joined(args, budget)
    special = len(_NOT_PLAIN.findall(text))
    budget.step(len(text) // _SLOW)
    budget.make(len(text) + 2 * special)
    return quote_plus(text, safe="").encode()


def _printf(args: Sequence[Value], budget: Budget) -> bytes:
    template = args[0]
    if not isinstance(template, bytes):
        raise RefusedError(f"wrong type for value; expected string; got {type_name(template)}")
    return sprintf(template, args[1:], budget)


FUNCTIONS: dict[str, Callable[[Sequence[Value], Budget], Value]] = {
    "call": _call,
    "eq": comparing.eq,
    "ge": comparing.ge,
    "gt": comparing.gt,
    "html": _html,
    "index": _index,
    "js": _js,
    "le": comparing.le,
    "len": _len,
    "lt": comparing.lt,
    "ne": comparing.ne,
    "not": _not,
    "print": sprint,
    "printf": _printf,
    "println": sprintln,
    "slice": _slice,
    "urlquery": _urlquery,
}
