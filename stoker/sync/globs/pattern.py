"""One doublestar pattern, taken apart: is it valid, what are its alternatives, what does each of their tokens mean?

The library matches text and expands braces only when it comes to them, which shows in its answers: what stands before a
brace is read without what is in it (`**{/a,b}` has no doublestar), what is in it together with what follows (`{*}*/a`
begins with one), and gone back to, all of it is read as one. An expansion therefore keeps a `WALL` where each brace was.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from stoker.errors import PlanInvalid
from stoker.values import Value

MOST_ALTERNATIVES = 1_000
MOST_WALLED = 100  # of them: each is walked on its own
WALL = "\0"  # no path holds it, and no pattern may
_BRACED = re.compile(r"(?:[^\\\[{]++|\\.|\[(?:[^\\\]]|\\.)*+\])*+", re.DOTALL)
# What the end of a name may leave of a pattern.
_NOTHING_MORE = {"", "*", "**", "/**", "**/", "/**/"}


class Token(NamedTuple):
    """char: one character of `accepts` (an expression). star: any within a folder. folders: `**/`. rest: a last `**`.

    wall: nothing. `slash`: can the character be a slash?
    """

    kind: Literal["char", "star", "folders", "rest", "wall"]
    accepts: str = ""
    slash: bool = False


class Alternative(Value, frozen=True):
    """A pattern without braces. may_end[i]: may a name end before token i (or, at the last, after all of them)?

    text: what it was read from, with walls only where these change what it means; `walled` says that they do.
    """

    tokens: tuple[Token, ...]
    may_end: tuple[bool, ...]
    text: str

    @property
    def walled(self) -> bool:
        """Do walls change what it means?"""
        return WALL in self.text


def alternatives(glob: str) -> list[Alternative]:
    """What `glob` stands for, braces expanded, each once. Raises PlanInvalid for a malformed pattern, or too many."""
    fault = _fault(glob)
    if fault:
        raise PlanInvalid(f"glob {glob!r} {fault}")
    found = [_alternative(text) for text in dict.fromkeys(_expanded(glob))]
    if sum(one.walled for one in found) > MOST_WALLED:
        raise PlanInvalid(f"glob {glob!r} has stars that its braces join in more than {MOST_WALLED} ways: write fewer")
    return found


def _fault(glob: str) -> str:
    """The rules of the library's validation, and the remedy of each."""
    if WALL in glob:
        return "holds a NUL character, which no path does: remove it"
    depth = at = 0
    while at < len(glob):
        char = glob[at]
        if char == "\\":
            at += 1
            if at == len(glob):
                return "ends in a lone backslash: write \\\\ for the character"
        elif char == "[":
            end = _class_end(glob, at)
            if end < 0:
                return "has a '[' without its ']', or with nothing between: write \\[ for the character"
            at = end
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth < 0:
                return "has a '}' without its '{': write \\} for the character"
        at += 1
    return "has a '{' without its '}': write \\{ for the character" if depth else ""


def _class_end(glob: str, at: int) -> int:
    """Where the `]` is that ends the class opened at `at`; -1 where there is none, or nothing to choose from."""
    at += 1
    if glob[at : at + 1] in ("^", "!"):
        at += 1
    if glob[at : at + 1] == "]":
        return -1
    while at < len(glob) and glob[at] != "]":
        at += 2 if glob[at] == "\\" else 1
    return at if at < len(glob) else -1


def _expanded(glob: str) -> list[str]:
    """Every alternative's text, in order, with a wall where each brace was."""
    done: list[str] = []
    waiting = [(glob, 0)]
    while waiting:
        text, at = waiting.pop()
        found = _BRACED.match(text, at)
        begin = found.end() if found else len(text)
        if begin == len(text):
            done.append(text)
            continue
        options, end = _options(text, begin)
        if len(waiting) + len(done) + len(options) > MOST_ALTERNATIVES:
            raise PlanInvalid(
                f"glob {glob!r} has more than {MOST_ALTERNATIVES:,} combinations in its braces: write fewer"
            )
        waiting += [(text[:begin] + WALL + option + text[end:], begin) for option in reversed(options)]
    return done


def _options(text: str, begin: int) -> tuple[list[str], int]:
    """The alternatives of the brace at `begin`, and where what follows it begins."""
    options, depth, at, start = [], 0, begin + 1, begin + 1
    while True:
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _class_end(text, at)
        elif char == "{":
            depth += 1
        elif char == "}" and depth:
            depth -= 1
        elif char == "}" or (char == "," and not depth):
            options.append(text[start:at])
            start = at + 1
            if char == "}":
                return options, start
        at += 1


def _alternative(text: str) -> Alternative:
    plain = _tokens(text.replace(WALL, ""))
    walled = _tokens(text)
    if [pair for pair in walled if pair[0].kind != "wall"] == plain:
        text = text.replace(WALL, "")
    return Alternative(tuple(token for token, _ in plain), (*(may for _, may in plain), True), text)


def _tokens(text: str) -> list[tuple[Token, bool]]:
    """The tokens, each with whether a name may end before it."""
    tokens: list[tuple[Token, bool]] = []
    edge = len(text.rstrip(f"{WALL}*/"))
    at, fresh = 0, True
    while at < len(text):
        token, end = token_at(text, at, fresh=fresh)
        tokens.append((token, at >= edge and may_end_before(text[at:])))
        at = end
        fresh = begins_component(token, text, at)
    return tokens


def begins_component(token: Token, text: str, at: int) -> bool:
    """Does a path component begin at `at`, after `token`, as the library sees it?"""
    if token.kind == "wall":  # it looks at the character before a brace, whatever that stood for
        return text[:at].rstrip(WALL)[-1:] in ("", "/")
    return token.kind == "folders" or token.accepts == "/"


def may_end_before(rest: str) -> bool:
    """May a name end where `rest` is left of the pattern?"""
    return rest.lstrip(WALL) in _NOTHING_MORE


def token_at(text: str, at: int, *, fresh: bool) -> tuple[Token, int]:
    """The token at `at`, and where it ends. `fresh`: does a path component begin here?"""
    char = text[at]
    if char == WALL:
        return Token("wall"), at + 1
    if char == "*":
        if text[at + 1 : at + 2] != "*":
            return Token("star"), at + 1
        if fresh and at + 2 == len(text):
            return Token("rest"), at + 2
        if fresh and text[at + 2] == "/":
            return Token("folders"), at + 3
        return Token("star"), at + 2
    if char == "?":
        return Token("char", "[^/]"), at + 1
    if char == "[":
        end = _class_end(text, at)
        return _class(text[at + 1 : end]), end + 1
    at += char == "\\"
    return Token("char", re.escape(text[at]), text[at] == "/"), at + 1


def _class(body: str) -> Token:
    """A class's characters. A slash may be one of them, and a range that runs backwards is nothing: as in the library."""
    negated = body[0] in "!^"
    items: list[tuple[str, str]] = []
    last, at = "", int(negated)
    while at < len(body):
        char = body[at]
        if char == "-" and last not in ("", "\U0010ffff") and at + 1 < len(body):
            at += 1 + (body[at + 1] == "\\")
            items.append((last, body[at]))
            last = ""
        else:
            at += char == "\\"
            last = body[at]
            items.append((last, last))
        at += 1
    slash = any(low <= "/" <= high for low, high in items) != negated
    inner = "".join(f"\\U{ord(low):08x}-\\U{ord(high):08x}" for low, high in items if low <= high)
    if inner:
        return Token("char", f"[{'^' if negated else ''}{inner}]", slash)
    return Token("char", "." if negated else "(?!)", slash)
