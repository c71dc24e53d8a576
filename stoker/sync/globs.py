"""Doublestar globs (as Go's doublestar v4 reads them) to one compiled regular expression.

`*` and `?` stop at a slash, `**` as a whole component crosses them (elsewhere it is `*`), classes `[a-z]`, `[!x]`, `[^x]`,
alternatives `{a,b}` that may nest, `\\` takes the next character as it is. Translated here because the libraries at hand
differ from doublestar in a quarter of the cases that matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stoker.errors import PlanInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable


def compile_globs(patterns: Iterable[str], *, below: bool = False) -> re.Pattern[str] | None:
    """One expression for `fullmatch` that any of `patterns` matches; None for no pattern.

    With `below`, a pattern that matches a folder (a trailing slash is ignored) matches everything below it too.
    Raises PlanInvalid, naming the pattern.
    """
    tail = "(?:/.*)?" if below else ""
    parts = []
    for pattern in dict.fromkeys(patterns):
        clean = pattern.rstrip("/") if below else pattern
        clean = clean.removeprefix("./")
        if clean:
            parts.append(f"(?:{translate(clean)}){tail}")
    return re.compile("|".join(parts), re.DOTALL) if parts else None


def translate(pattern: str) -> str:
    """The regular expression source of one glob, to be used with `fullmatch`. Raises PlanInvalid."""
    source, end = _translate(pattern, 0, depth=0)
    if end != len(pattern):
        raise PlanInvalid(f"glob {pattern!r} has a '}}' without its '{{': write \\}} for the character")
    return source


def _translate(glob: str, at: int, *, depth: int) -> tuple[str, int]:
    """Translate from `at` to the end, or in braces (`depth`) to the `,` or `}` that ends the alternative."""
    out: list[str] = []
    while at < len(glob):
        char = glob[at]
        if depth and char in ",}":
            break
        if char == "}":
            break
        if char == "*":
            part, at = _stars(glob, at, out)
        elif char == "?":
            part, at = "[^/]", at + 1
        elif char == "[":
            part, at = _class(glob, at)
        elif char == "{":
            part, at = _alternatives(glob, at, depth=depth)
        elif char == "\\":
            if at + 1 == len(glob):
                raise PlanInvalid(f"glob {glob!r} ends in a lone backslash")
            part, at = re.escape(glob[at + 1]), at + 2
        else:
            part, at = re.escape(char), at + 1
        out.append(part)
    return "".join(out), at


def _stars(glob: str, at: int, out: list[str]) -> tuple[str, int]:
    end = at
    while end < len(glob) and glob[end] == "*":
        end += 1
    starts = at == 0 or glob[at - 1] in "/{,"
    ends = end == len(glob) or glob[end] in "/},"
    if end - at != 2 or not (starts and ends):
        return "[^/]*", end
    if end < len(glob) and glob[end] == "/":
        return "(?:[^/]+/)*", end + 1
    if out and out[-1] == "/":
        out.pop()  # `a/**` is also `a` itself
        return "(?:/.*)?", end
    return ".*", end


def _class(glob: str, at: int) -> tuple[str, int]:
    end = at + 1
    negated = end < len(glob) and glob[end] in "!^"
    end += negated
    body: list[str] = []
    while end < len(glob) and (glob[end] != "]" or not body):
        if glob[end] == "\\" and end + 1 < len(glob):
            end += 1
            body.append(re.escape(glob[end]))
        elif glob[end] == "-" and body and end + 1 < len(glob) and glob[end + 1] != "]":
            body.append("-")
        else:
            body.append(re.escape(glob[end]))
        end += 1
    if end >= len(glob):
        raise PlanInvalid(f"glob {glob!r} has a '[' without its ']': write \\[ for the character")
    source = f"(?!/)[{'^' if negated else ''}{''.join(body)}]"
    try:
        re.compile(source)
    except re.error:
        raise PlanInvalid(f"glob {glob!r} has a range that runs backwards") from None
    return source, end + 1


def _alternatives(glob: str, at: int, *, depth: int) -> tuple[str, int]:
    options = []
    end = at
    while True:
        option, end = _translate(glob, end + 1, depth=depth + 1)
        options.append(option)
        if end == len(glob):
            raise PlanInvalid(f"glob {glob!r} has a '{{' without its '}}': write \\{{ for the character")
        if glob[end] == "}":
            return f"(?:{'|'.join(options)})", end + 1
