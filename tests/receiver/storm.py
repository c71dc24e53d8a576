"""Requests that nobody would send on purpose, from a seed: samples with parts exchanged, torn, nested, doubled and forged.

Half of them are shown the right proof, for what lies behind the door must bear anything too. ``Case.proven`` says which.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stoker.receiver.form import TYPE
from tests.receiver.proofs import proven
from tests.receiver.samples import NAMES, Sample, sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Headers = dict[str, str]
HEADERS: Final = (
    "x-github-event",
    "x-gitlab-event",
    "x-gitea-event",
    "x-forgejo-event",
    "x-gogs-event",
    "x-event-key",
    "x-github-delivery",
    "idempotency-key",
    "x-request-id",
    "content-type",
    "authorization",
    "x-gitlab-token",
    "x-hub-signature",
    "x-hub-signature-256",
    "x-gitea-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)
TEXTS: Final = (
    "",
    "push",
    "release",
    "refs/heads/main",
    "refs/tags/" + "x" * 600,
    "\ud800",
    "\x00",
    "é" * 40,
    "0" * 40,
    "Basic !!!!",
    "Basic " + "A" * 5000,
    "Bearer ",
    "sha256=",
    "sha256=" + "f" * 64,
    "sha1=" + "0" * 40,
    "v1,",
    "v1," + "A" * 43 + "=",
    "diagnostics:ping",
    TYPE,
    "://",
    "http://[",
    "git@[::1",
)
VALUES: Final[tuple[Any, ...]] = (None, True, False, 0, -1, 2**70, 1.5, float("inf"), [], {}, [[]], {"": None}, *TEXTS)
RAW: Final = (
    b"",
    b"[",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b"[" * 3000,
    b'{"a":' * 3000,
    b"9" * 5000,
    b'{"ref": NaN}',
    b"\x00" * 64,
)


@dataclass(frozen=True)
class Case:
    """One request; header names are in lower case. ``proven``: its proof is right, and a stranger's never is."""

    headers: Headers
    raw: bytes
    proven: bool


def storm(seed: int, number: int) -> Iterator[Case]:
    """``number`` cases, the same for the same seed."""
    dice = random.Random(seed)
    pool = [(name, sample(name), json.loads(sample(name).raw)) for name in NAMES]
    for _ in range(number):
        name, request, body = dice.choice(pool)
        raw = _raw(dice, body, request.raw)
        honest = dice.random() < 0.5
        if honest:
            headers = _lower(proven(name, Sample(_noise(dice, request.headers), raw)))
        else:
            headers = _noise(dice, _lower(proven(name, Sample(request.headers, raw), secret="forged", token="forged")))
        yield Case(headers, raw, honest)


def _lower(headers: Headers) -> Headers:
    return {name.lower(): value for name, value in headers.items()}


def _noise(dice: random.Random, headers: Headers) -> Headers:
    """Some headers less, and others of any value more."""
    kept = {name: value for name, value in headers.items() if dice.random() > 0.1}
    for _ in range(dice.choice((0, 0, 1, 2))):
        kept[dice.choice(HEADERS)] = dice.choice(TEXTS).encode("utf-8", "replace").decode("latin-1")
    return kept


def _raw(dice: random.Random, body: Any, raw: bytes) -> bytes:
    kind = dice.random()
    if kind < 0.1:
        return dice.choice(RAW)
    if kind < 0.3:
        return _torn(dice, raw)
    for _ in range(dice.choice((0, 1, 1, 2, 3))):
        body = _exchanged(dice, body)
    return json.dumps(body).encode("utf-8", "replace")


def _torn(dice: random.Random, raw: bytes) -> bytes:
    at, to = sorted((dice.randrange(len(raw)), dice.randrange(len(raw))))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: raw[:at],
        lambda: raw[:at] + raw[to:],
        lambda: raw[:at] + dice.randbytes(3) + raw[at + 3 :],
        lambda: raw[:to] + raw[at:],
    )
    return dice.choice(ways)()


def _exchanged(dice: random.Random, body: Any) -> Any:
    """A copy in which one value, at any depth, is another."""
    if not body or not isinstance(body, dict | list) or dice.random() < 0.15:
        return _other(dice, body)
    if isinstance(body, list):
        place = dice.randrange(len(body))
        return [*body[:place], _exchanged(dice, body[place]), *body[place + 1 :]]
    name = dice.choice(list(body))
    return body | {name: _exchanged(dice, body[name])}


def _other(dice: random.Random, value: Any) -> Any:
    kind = dice.random()
    if kind < 0.1:
        return [value] * dice.choice((1, 2, 50))
    if kind < 0.2:
        return {"id": value, "name": value, "ref": value}
    return dice.choice(VALUES)
