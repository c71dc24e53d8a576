"""Faults that only a server can make: what it refuses, does without saying so, and tells too often, by halves or not at all.

Each is a conduct of the proxy that ends TLS before the API server (``tests.fakes.apiproxy``). It counts how often it struck.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import trio

from tests.fakes.apiproxy import Answer, Asked, Conduct, Cut

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_RESUMED = re.compile(r"(resourceVersion|timeoutSeconds)=\d*")
"""What differs when a watch is resumed."""


def status(code: int, reason: str, message: str) -> dict[str, Any]:
    """As the API server says no."""
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}
    return {**body, "message": message, "reason": reason, "code": code}


class Counted(Conduct):
    """``struck``: how often; ``reached``: it did at all. ``meddles``: with watches that were there before."""

    meddles = False

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.struck = 0
        self.reached = trio.Event()

    def strike(self) -> None:
        """It happens now."""
        self.struck += 1
        self.reached.set()


class Refuses(Counted):
    """Answers some requests with a refusal, and does nothing of what they ask for."""

    def __init__(
        self,
        rng: random.Random,
        code: int,
        reason: str,
        *,
        which: Callable[[Asked], bool] = lambda _: True,
        share: float = 1.0,
        retry_after: int = 0,
    ) -> None:
        super().__init__(rng)
        self._which, self._share = which, share
        body = json.dumps(status(code, reason, "the tests say no")).encode()
        self._answer = Answer(code, body, (("Retry-After", str(retry_after)),) if retry_after else ())

    def answer(self, asked: Asked) -> Answer | None:
        """No, by the dice; to the first in any case, because no other may come."""
        if not self._which(asked) or (self.struck and self.rng.random() >= self._share):
            return None
        self.strike()
        return self._answer


class Forgets(Counted):
    """Tells every watch that its version is gone: in an event, or as the answer."""

    def answer(self, asked: Asked) -> Answer | None:
        """410."""
        if not asked.watches:
            return None
        self.strike()
        gone = status(410, "Expired", "too old resource version: 1 (2)")
        if self.rng.random() < 0.5:
            return Answer(410, json.dumps(gone).encode())
        return Answer(200, json.dumps({"type": "ERROR", "object": gone}).encode() + b"\n")


class DoesNotSay(Counted):
    """Does what it is asked to write, and the answer is lost: as a connection that ends, or as etcd's time that is up."""

    def done(self, asked: Asked) -> Answer | None:
        """Nothing of what was done, by the dice, and in any case the first time."""
        if not asked.writes or (self.struck and self.rng.random() < 0.3):
            return None
        self.strike()
        if self.rng.random() < 0.5:
            raise Cut
        return Answer(500, json.dumps(status(500, "", "etcdserver: request timed out")).encode())


class Repeats(Counted):
    """Tells each event up to three times, and older ones of the same watch again after it."""

    meddles = True

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._told: dict[str, list[bytes]] = {}

    def told(self, asked: Asked, line: bytes) -> tuple[list[bytes], bool]:
        """Again and again. An old bookmark would say that the server went back in time: no repetition."""
        if json.loads(line)["type"] == "BOOKMARK":
            return [line], True
        self.strike()
        before = self._told.setdefault(_RESUMED.sub("", asked.target), [])
        before.append(line)
        return [line] * self.rng.randrange(1, 4) + before[-self.rng.randrange(1, 4) :] + [line], True


class Halves(Counted):
    """Tells the half of an event; then the watch ends, in good order or not."""

    meddles = True

    def told(self, asked: Asked, line: bytes) -> tuple[list[bytes], bool]:
        """Some of it."""
        del asked
        self.strike()
        return [line[: self.rng.randrange(1, len(line) - 1)]], False


class FallsSilent(Counted):
    """Watches live on and are told nothing any more; requests are answered."""

    meddles = True

    def told(self, asked: Asked, line: bytes) -> tuple[list[bytes], bool]:
        """Nothing."""
        del asked, line
        self.strike()
        return [], True


class Disowns(Counted):
    """Does not know one token any more, as when it has expired."""

    def __init__(self, rng: random.Random, token: str) -> None:
        super().__init__(rng)
        self._token = f"Bearer {token}".encode()

    def answer(self, asked: Asked) -> Answer | None:
        """401 to that token."""
        if asked.token != self._token:
            return None
        self.strike()
        return Answer(401, json.dumps(status(401, "Unauthorized", "Unauthorized")).encode())
