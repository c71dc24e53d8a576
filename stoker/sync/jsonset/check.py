"""Is a text valid JSON, and if not, where not? Strict as RFC 8259 is: no NaN, no comments, no trailing commas, UTF-8 only.

msgspec decides in milliseconds a megabyte. What it does not take is judged again here, without recursion: it refuses
nesting that its stack does not hold and half surrogate pairs, which are valid, and its messages name bytes where people
look for lines.
"""

from __future__ import annotations

import re

import msgspec

from stoker.errors import PatchInvalid

_QUICK = msgspec.json.Decoder(msgspec.Raw)
_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(
    rb"""[ \t\r\n]*+(?:
    (?P<atom>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"
      |-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+(?![0-9.eE+-])
      |true|false|null)
    |(?P<mark>[\[\]{},:]))""",
    re.VERBOSE,
)
# What is expected next, in the words of a message.
_VALUE, _ELEMENT, _IN_ARRAY = "a value", "a value or ']'", "',' or ']'"
_KEY, _MEMBER, _COLON, _IN_OBJECT = "a key", "a key or '}'", "':'", "',' or '}'"
_END = "the end of the document"


def check_document(data: bytes, where: str) -> None:
    """Raise PatchInvalid unless `data` is a whole JSON document; the message has the line and column of the first fault."""
    if data.startswith(_BOM):
        raise PatchInvalid(
            f"{where} begins with a byte order mark, which JSON does not have: save it as UTF-8 without one"
        )
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise PatchInvalid(f"{where}, {_place(data, error.start)}: not valid UTF-8: save the file as UTF-8") from None
    if not data.strip(b" \t\r\n"):
        raise PatchInvalid(f"{where} is empty, which is no JSON document: write {{}} into it to have it patched")
    if not _quick(data) and (fault := _fault(data)):
        at, expected = fault
        found = repr(data[at : at + 4].decode(errors="ignore")[:1]) if at < len(data) else "the end of the file"
        raise PatchInvalid(
            f"{where}, {_place(data, at)}: not valid JSON, {expected} is expected but there is {found}:"
            " only JSON files can be patched"
        )


def is_json(text: bytes) -> bool:
    """Is `text` (UTF-8) a JSON value as it is?"""
    return _quick(text) or _fault(text) is None


def _quick(data: bytes) -> bool:
    try:
        _QUICK.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _place(data: bytes, at: int) -> str:
    """``line 3, column 7``, in characters."""
    begin = data.rfind(b"\n", 0, at) + 1
    line, column = data.count(b"\n", 0, at) + 1, len(data[begin:at].decode(errors="replace")) + 1
    return f"line {line}, column {column}"


def _fault(data: bytes) -> tuple[int, str] | None:
    """Where the first fault is and what should be there, or None."""
    opened: list[bytes] = []
    state, at = _VALUE, 0
    while state != _END:
        token = _TOKEN.match(data, at)
        following = _after(state, token, opened) if token else ""
        if token is None or not following:
            return _past_space(data, at), state
        state, at = following, token.end()
    end = _past_space(data, at)
    return (end, state) if end < len(data) else None


def _after(state: str, token: re.Match[bytes], opened: list[bytes]) -> str:
    """What is expected after `token`, which keeps `opened` true; "" where the token is not what `state` expects."""
    mark, atom = token["mark"], token["atom"]
    if state in (_VALUE, _ELEMENT):
        if atom:
            return _done(opened)
        if mark in (b"{", b"["):
            opened.append(mark)
            return _MEMBER if mark == b"{" else _ELEMENT
    if state in (_KEY, _MEMBER) and atom and atom.startswith(b'"'):
        return _COLON
    if state == _COLON and mark == b":":
        return _VALUE
    if state == _IN_OBJECT and mark == b",":
        return _KEY
    if state == _IN_ARRAY and mark == b",":
        return _VALUE
    if (mark == b"}" and state in (_MEMBER, _IN_OBJECT)) or (mark == b"]" and state in (_ELEMENT, _IN_ARRAY)):
        opened.pop()
        return _done(opened)
    return ""


def _done(opened: list[bytes]) -> str:
    """What is expected after a whole value."""
    if not opened:
        return _END
    return _IN_OBJECT if opened[-1] == b"{" else _IN_ARRAY


def _past_space(data: bytes, at: int) -> int:
    while data[at : at + 1] in (b" ", b"\t", b"\r", b"\n"):
        at += 1
    return at
