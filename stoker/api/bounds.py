"""Text and lists within a number of bytes: cut on a character's border, and saying how much was left out.

Sizes are those of JSON, escapes and quotes included, because that is what shares the limited maps.
"""

from __future__ import annotations

import msgspec


def legible(text: str) -> str:
    """``text`` as it can be encoded: bytes of file names that were no UTF-8 travel as lone surrogates, and become ``?``."""
    return text.encode("utf-8", "replace").decode()


def json_size(value: object) -> int:
    """Bytes of ``value`` as JSON."""
    return len(msgspec.json.encode(value))


def cut_text(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, never through a character, ending in … when cut."""
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= limit:
        return encoded.decode()
    return encoded[: max(0, limit - 3)].decode("utf-8", "ignore") + ("…" if limit >= 3 else "")


def cut_json_text(text: str, room: int) -> str:
    """As much of ``text`` as takes ``room`` bytes of JSON; empty when there is no room."""
    if json_size(text) <= room:
        return text
    least, most = 0, max(0, room - 2)  # no byte of text takes less than one of JSON
    while least < most:
        middle = (least + most + 1) // 2
        if json_size(cut_text(text, middle)) <= room:
            least = middle
        else:
            most = middle - 1
    return cut_text(text, least)


def cut_list(values: list[str], room: int) -> list[str]:
    """As many of the first values as take ``room`` bytes of JSON together with a last one that counts the rest.

    Empty when there is not even room for the count.
    """
    if json_size(values) <= room:
        return values
    kept: list[str] = []
    used = 2 + json_size(_rest(len(values)))
    if used > room:
        return []
    for value in values:
        used += json_size(value) + 1
        if used > room:
            break
        kept.append(value)
    return [*kept, _rest(len(values) - len(kept))]


def _rest(count: int) -> str:
    return f"… and {count} more"
