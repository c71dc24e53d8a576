"""Secrets never leave the process in text: a holder that prints as stars, and a mask over everything that is logged.

The mask is the second line of defence: code must not put secrets into messages, and what slips through, from a library's
exception say, is masked by shape (userinfo of a URL, secret query parameters, an authorization header) and by value, also
where the value was quoted for a URL, encoded for Basic authentication or printed line by line. Values are found through
their first characters, so that a line costs what it is long, however many secrets are known.
"""

from __future__ import annotations

import base64
import re
import threading
from collections import Counter
from typing import Any, Final
from urllib.parse import quote

MASK: Final = "***"
# The userinfo ends at the last @ of the authority, and of a whole word where what follows a colon is no port: passwords hold
# unquoted @, / and quotes. Masking too much of a line is better than half a password.
_USERINFO = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]{0,30}://)(?P<user>[^\s/]*@|[^\s/:@]*:(?!\d*(?:[/\s?#]|$))\S*@)"
)
_BLANK = re.compile(r"(?<=://)[^\s/?#@:]*:(?!\d*(?:[\s:]|$))(?=[^/?#@]*\s)[^/?#]*@")
"""A password with a blank in it, which no URL has and somebody may write."""
_TO_LAST_AT = re.compile(r"(?<!\S)\S+@")
"""Of each word what can hold userinfo. Whoever looks beyond for an @ that is not there looks again from each ``://``, and texts
come from anybody: every pattern here must cost what the text is long.
"""
_SHORT = re.compile(r"[^\s/@:]+:[^\s/]+@[^\s@]+")
"""``user:password@host:path``, which git does not take, but somebody may write."""
_QUERY = re.compile(
    r"(?i)([?&;](?:[\w-]*(?:token|secret|passw(?:or)?d|signature|api[_-]?key)|key|sig|auth)=)[^&\s\"'#]+"
)
_HEADER = re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|token)\s+)?)[^\s\"',;}]+")
_SHORTEST: Final = 6
_LIMIT: Final = 4096


class Secret:
    """A secret value; only ``reveal()`` gives it away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        register(value)

    def reveal(self) -> str:
        """The value, for the one place that sends it."""
        return self._value

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        """To another process of ours, where it is masked too: being made again, it registers itself there."""
        return Secret, (self._value,)

    def __repr__(self) -> str:
        """Stars."""
        return f"Secret({MASK})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Equal when the values are."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """By value."""
        return hash(self._value)


class Known:
    """The secrets known by value, the ``limit`` last registered; threads may register while others mask."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._shapes: dict[str, frozenset[str]] = {}
        self._by_start: dict[str, tuple[str, ...]] = {}
        self._uses: Counter[str] = Counter()

    def add(self, value: str) -> None:
        """From now on every shape of ``value`` is masked."""
        with self._lock:
            shapes = self._shapes.pop(value, None)
            if shapes is not None:
                self._shapes[value] = shapes  # in use, so it is the last to be forgotten
                return
            self._shapes[value] = _shapes(value)
            self._count(self._shapes[value], 1)
            while len(self._shapes) > self._limit:
                self._count(self._shapes.pop(next(iter(self._shapes))), -1)

    def mask(self, text: str) -> str:
        """``text`` with stars for each; where two begin at one place the longer is masked."""
        starts, parts, done = self._by_start, list[str](), 0
        for at in range(len(text) - _SHORTEST + 1 if starts else 0):
            shapes = starts.get(text[at : at + _SHORTEST])
            if shapes is None or at < done:
                continue
            found = next((shape for shape in shapes if text.startswith(shape, at)), None)
            if found is not None:
                parts += [text[done:at], MASK]
                done = at + len(found)
        return "".join(parts) + text[done:] if parts else text

    def _count(self, shapes: frozenset[str], by: int) -> None:
        """Several secrets may have one shape: it is forgotten with the last of them."""
        for shape in shapes:
            self._uses[shape] += by
            start = shape[:_SHORTEST]
            kept = {other for other in (*self._by_start.get(start, ()), shape) if self._uses[other] > 0}
            self._by_start[start] = tuple(sorted(kept, key=len, reverse=True))
            if not kept:
                del self._by_start[start]
            if not self._uses[shape]:
                del self._uses[shape]


def _shapes(value: str) -> frozenset[str]:
    """The texts in which ``value`` may be met."""
    raw = value.encode("utf-8", "surrogatepass")
    shapes = {value, value.strip(), quote(value, safe="", errors="replace"), repr(value)[1:-1]}
    shapes.update(line.strip() for line in value.splitlines() if not line.startswith("-----"))
    for before in range(3):
        # Of base64 text only the characters that the value alone decides: what stands before it, a user say, shifts it.
        encoded = base64.b64encode(b"\0" * before + raw).decode("ascii").rstrip("=")
        kept = encoded[-(-before * 8 // 6) : len(encoded) - (1 if (before + len(raw)) % 3 else 0)]
        shapes.update({kept, kept.replace("+", "-").replace("/", "_")})
    return frozenset(shape for shape in shapes if len(shape) >= _SHORTEST)


_known: Final = Known()


def register(value: str) -> None:
    """From now on ``value`` is masked in logs. Very short values are not: they would mask ordinary text."""
    if len(value.strip()) >= _SHORTEST:
        _known.add(value)


def redact(text: str) -> str:
    """``text`` without registered secrets, userinfo, secret query parameters and authorization headers."""
    text = redact_url(text)
    if "uthorization" in text or "UTHORIZATION" in text:
        text = _HEADER.sub(rf"\1{MASK}", text)
    return _known.mask(text)


def redact_url(url: str) -> str:
    """A URL fit for logs, status and metrics: no userinfo, no secret query parameters.

    Known values are left alone: a URL is used as well as shown, and a secret that is also a word in it would break it.
    """
    if "://" in url:
        url = _BLANK.sub("", _TO_LAST_AT.sub(_without_userinfo, url))
    elif "@" in url and _SHORT.fullmatch(url):
        url = f"{MASK}@{url.rpartition('@')[2]}"
    return _QUERY.sub(rf"\1{MASK}", url) if "=" in url else url


def _without_userinfo(word: re.Match[str]) -> str:
    return _USERINFO.sub(_without_secret, word[0])


def _without_secret(match: re.Match[str]) -> str:
    """The scheme; of ssh the user too, when he is alone: he is no secret there and the address does not work without."""
    user = match["scheme"].lower().startswith(("ssh", "git+ssh")) and ":" not in match["user"]
    return match["scheme"] + (match["user"] if user else "")


def processor(_logger: Any, _method: str, event: Any) -> Any:
    """The structlog processor that masks every text of an event, also inside lists and mappings."""
    return {key: clean(value) for key, value in event.items()}


def clean(value: Any) -> Any:
    """``value`` as what JSON knows, without secrets; whatever cannot be printed is named by its class."""
    if isinstance(value, bool) or value is None or type(value) in (int, float):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    try:
        return redact(str(value))
    except Exception as error:  # noqa: BLE001 - a log line must never be why something fails
        return f"<{type(value).__name__} that cannot be printed: {type(error).__name__}>"
