"""The demo's processes: started, read line by line, waited for, killed.

Owns: a ``stoker`` subcommand as a child whose log is kept in a file and in memory. Every wait is for a log line or the
end, with a deadline; nothing sleeps.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import trio

from stoker.errors import DeadlineExceeded
from stoker.values import Mutable, Value, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Line(Value, frozen=True):
    """One log line: its JSON (or ``{"event": text}``), and when it was read, in seconds of ``time.perf_counter``."""

    fields: Mapping[str, Any]
    read_at: float

    @property
    def event(self) -> str:
        """The stable name."""
        return str(self.fields.get("event", ""))


class Child(Mutable):
    """A running ``stoker`` subcommand."""

    name: str
    process: trio.Process
    lines: list[Line] = field(default_factory=list)
    _more: trio.Event = field(default_factory=trio.Event)
    ended: trio.Event = field(default_factory=trio.Event)

    def mark(self) -> int:
        """A position in the log: what is waited for comes after it."""
        return len(self.lines)

    def since(self, mark: int) -> list[Line]:
        """The lines read after ``mark``."""
        return self.lines[mark:]

    async def wait_for(self, what: str, found: Callable[[Sequence[Line]], bool], *, after: int, within: float) -> Line:
        """The line with which ``found(lines after the mark)`` became true.

        Raises DeadlineExceeded, which names ``what`` and shows the last error logged, also when the process ended.
        """
        with trio.move_on_after(within):
            seen = after
            while True:
                for index in range(seen, len(self.lines)):
                    if found(self.lines[after : index + 1]):
                        return self.lines[index]
                seen = len(self.lines)
                if self.ended.is_set():
                    break
                await self._more.wait()
        state = (
            f"{self.name} ended with {self.process.returncode}" if self.ended.is_set() else f"not within {within:.0f} s"
        )
        errors = [line.fields for line in self.lines[after:] if line.fields.get("level") in ("error", "warning")]
        last = f"; last: {json.dumps(errors[-1])}" if errors else ""
        raise DeadlineExceeded(f"{what}: {state}{last}")

    async def more(self) -> None:
        """Return when another line was read, or the process ended."""
        if not self.ended.is_set():
            await self._more.wait()

    async def kill(self) -> None:
        """SIGKILL, and wait until the kernel has taken it away."""
        self.process.kill()
        with trio.fail_after(10):
            await self.process.wait()
            await self.ended.wait()

    async def stop(self, within: float = 30.0) -> int:
        """SIGTERM and wait; SIGKILL after ``within`` seconds. The exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        with trio.move_on_after(within):
            await self.ended.wait()
        if not self.ended.is_set():
            await self.kill()
        return await self.process.wait()

    async def pump(self, log_file: Path) -> None:
        """Read the output until its end; a line that is no JSON is kept as its own event."""
        assert self.process.stdout is not None  # noqa: S101 - it was asked for when the process was started
        pending = b""
        with log_file.open("ab") as copy:
            async for chunk in self.process.stdout:
                now = time.perf_counter()
                copy.write(chunk)
                copy.flush()
                *whole, pending = (pending + chunk).split(b"\n")
                self.lines.extend(Line(_fields(raw), now) for raw in whole if raw)
                self._wake()
        await self.process.wait()
        self.ended.set()
        self._wake()

    def _wake(self) -> None:
        self._more.set()
        self._more = trio.Event()


async def start(
    nursery: trio.Nursery, name: str, arguments: Sequence[str], *, env: Mapping[str, str], log_file: Path
) -> Child:
    """Start ``stoker`` with ``arguments``; its output is read by a task of ``nursery``, which owns the process."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "stoker", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(env),
    )
    child = Child(name, process)
    nursery.start_soon(child.pump, log_file)
    return child


def _fields(raw: bytes) -> Mapping[str, Any]:
    text = raw.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        return {"event": text}
    return value if isinstance(value, dict) else {"event": text}
