"""JSON strings as Go writes and reads them: the encoder of values and made keys, the decoder of keys that are looked up."""

from __future__ import annotations

import re

_PLAIN = re.compile(rb"[ !#-\[\]-\x7f]*+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\\x00-\x1f<>&\u2028\u2029]')
_ONE = {ord(char): value for char, value in zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True)}


def json_string(text: bytes) -> bytes:
    """`text` (UTF-8) as a JSON string. Only where something must be escaped are `<`, `>` and `&` escaped with it, as Go does."""
    if _PLAIN.fullmatch(text):
        return b'"' + text + b'"'
    return b'"' + _ESCAPED.sub(lambda found: _escape(found[0]), text.decode()).encode() + b'"'


def _escape(char: str) -> str:
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def key_text(raw: bytes) -> bytes:
    """What a key spelt `raw` (valid, without its quotes) says; half a surrogate pair is U+FFFD, as in Go."""
    if b"\\" not in raw:
        return raw
    out: list[str] = []
    text = raw.decode()
    at = 0
    while (escape := text.find("\\", at)) >= 0:
        out.append(text[at:escape])
        kind = text[escape + 1]
        at = escape + 2
        if kind != "u":
            out.append(_ONE[ord(kind)])
            continue
        code, at = int(text[at : at + 4], 16), at + 4
        if 0xD800 <= code < 0xE000:
            low = 0
            if text.startswith("\\u", at):  # whatever follows is taken for the other half, and spent with this one
                low, at = int(text[at + 2 : at + 6], 16), at + 6
            whole = code < 0xDC00 <= low < 0xE000
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) if whole else 0xFFFD
        out.append(chr(code))
    out.append(text[at:])
    return "".join(out).encode()
