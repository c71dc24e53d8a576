"""The real ``stoker manager`` as a process with the chart's rights and nothing else, its log as lines, its ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SECONDS: Final = 60.0
"""Until what is waited for must have happened, on a machine that does much else."""


def until(holds: Callable[[], Any], what: str, *, within: float = SECONDS) -> Any:
    """What ``holds()`` gives, once it is true; AssertionError names ``what``."""
    deadline = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(0.03)
    return found


@dataclass
class Manager:
    """One replica. ``env`` and ``arguments`` beside the defaults: any free ports, the kubeconfig given."""

    directory: Path
    kubeconfig: Path | None
    arguments: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    name: str = "manager"
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log = self.directory / f"{self.name}.log"
        words = ["--probes", "127.0.0.1:0", "--metrics", "127.0.0.1:0"]
        words += ["--kubeconfig", str(self.kubeconfig)] if self.kubeconfig else []
        strange = ("WEBHOOK_", "LOG_", "KUBE", "POD_", "STOKER_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(strange)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stoker", "manager", *words, *self.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=kept | dict(self.env),
            )

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """Whole log lines so far, of one event or all."""
        *whole, _ = self.log.read_text(encoding="utf-8").split("\n")
        found = [json.loads(line) if line.startswith("{") else {"event": line} for line in whole]
        return [line for line in found if not event or line["event"] == event]

    def said(self, event: str, *, times: int = 1) -> dict[str, Any]:
        """The line of that event, once there are so many."""

        def there() -> dict[str, Any] | None:
            found = self.lines(event)
            assert len(found) >= times or self.process.poll() is None, self.log.read_text()[-2000:]
            return found[times - 1] if len(found) >= times else None

        line: dict[str, Any] = until(there, f"{self.name} says {event}; it said {self.log.read_text()[-1500:]}")
        return line

    def url(self, server: str) -> str:
        """Where ``probes``, ``metrics`` or ``receiver`` listens."""
        return str(self.said(f"{server}_serving")["urls"][0])

    def probe(self, path: str) -> int:
        """The status of a probe."""
        try:
            with urllib.request.urlopen(self.url("probes") + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def ready(self) -> Manager:
        """Itself, once /readyz says so."""
        until(lambda: self.probe("/readyz") == 200, f"{self.name} ready")
        return self

    @property
    def leads(self) -> bool:
        """By its own account."""
        told = [line["event"] for line in self.lines() if line["event"] in {"leading", "leadership_lost"}]
        return told[-1:] == ["leading"]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signals it and waits; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def close(self) -> None:
        """At the end of a test, whatever its state."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(SECONDS)
