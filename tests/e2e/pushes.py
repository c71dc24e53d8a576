"""Pushes as GitHub signs and sends them to the receiver's Service: one, or many while something goes on."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import random
import threading
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from tests.e2e import plant
from tests.e2e.cluster import SECRET
from tests.manager.process import SECONDS, until

if TYPE_CHECKING:
    from types import TracebackType

    from tests.e2e.site import Site

_PACE: Final = 0.2
"""Seconds between one push and the next."""
_ANSWERED_WITHIN: Final = 30.0


def push(site: Site, commit: str, *, to: tuple[str, int] | None = None, delivery: str = "") -> int:
    """One delivery, to a replica or to any that the Service has; the status of the answer. OSError and HTTPException."""
    address = to or until(lambda: _any(site), "there is a replica behind the receiver's Service")
    body = json.dumps(
        {
            "ref": "refs/heads/main",
            "after": commit,
            "repository": {"full_name": f"acme/{site.namespace}", "clone_url": site.repo},
        }
    ).encode()
    headers = {
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}",
        "Content-Type": "application/json",
    }
    connection = http.client.HTTPConnection(*address)
    connection.sock = site.cluster.node.machine.dial(address, _ANSWERED_WITHIN)
    with contextlib.closing(connection):
        connection.request("POST", f"/webhook/{site.namespace}/{plant.CR}", body, headers)
        return connection.getresponse().status


def _any(site: Site) -> tuple[str, int] | None:
    """As a Service chooses: each connection anew, among those that are ready."""
    addresses = list(site.cluster.receivers().values())
    return random.choice(addresses) if addresses else None


@dataclass
class Traffic:
    """While the block runs: a commit and its push, and another. What finds no open door is sent again, as redelivered.

    ``answers``: how often which status came; ``refused``: attempts without an answer; ``commit``: the last one pushed.
    """

    site: Site
    path: str
    answers: Counter[int] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    commit: str = ""
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(SECONDS * 2)
        if error is None and self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                number = sum(self.answers.values())
                self.commit = self.site.origin.commit({self.path: f"push {number}\n"}, message=f"push {number}")
                self.answers[until(self._delivered, "a push is answered")] += 1
                self._stop.wait(_PACE)
        except BaseException as error:  # noqa: ASYNC103, BLE001 - a thread: told by the one that waits for it
            self.failure = error

    def _delivered(self) -> int:
        try:
            return push(self.site, self.commit)
        except (OSError, http.client.HTTPException) as error:
            self.refused.append(repr(error))
            return 0
