"""Worker processes for git work: where a call hangs, its process is killed and nothing is left of it.

An Offload for whoever serves many repositories: libgit2 cannot be cancelled while it connects, and its known hosts are the
process's, so two resources with different ones cannot share a process at the same time. A worker does one job at a time, is
kept for the next while that comes soon, and ends when none does: 25 MB are not worth keeping for one look-up an hour.

anyio's worker processes were tried: cancelling a start leaks the process, and the last idle one is never ended.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Final, TypeVar, cast

import trio

from stoker.errors import GitBusy, GitTimeout, GitWorkerLost, StokerError
from stoker.git import frames
from stoker.git.library import READ_TIMEOUT
from stoker.git.seats import Seats
from stoker.git.urls import place
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator, Callable

T = TypeVar("T")
IDLE_SECONDS: Final = 75.0
"""A little over the usual polling interval: a process each minute would cost more than keeping one."""
MOST: Final = 6
"""Five servers that hang leave one for all others, also the first time; then they share three."""
FEWEST: Final = 2
"""One that hangs and one that does not."""
EACH: Final = 15_000_000
"""Bytes of memory that a process takes, and no other shares."""
STARTS_WITHIN: Final = 20.0
ENDS_WITHIN: Final = 5.0
CHUNK: Final = 65536
# What git, Python and TLS look at. The rest stays here: a worker is what hostile servers talk to, and it needs no webhook secret.
PASSED_ON: Final = {
    "PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
}  # fmt: skip


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, process: trio.Process, folder: tempfile.TemporaryDirectory[str]) -> None:
        self.process = process
        self._jobs = cast("trio.abc.SendStream", process.stdin)
        self._answers = cast("trio.abc.ReceiveStream", process.stdout)
        self._folder = folder
        self.rested_at = 0.0

    @classmethod
    async def start(cls, read_timeout: float) -> _Worker:
        """Shielded: a start that is cancelled in the middle would leave the process to nobody."""
        command = [sys.executable, "-P", "-m", "stoker.git.worker", f"{read_timeout:g}"]
        environment = {name: value for name, value in os.environ.items() if name.upper() in PASSED_ON}
        with (
            contextlib.ExitStack() as undo,
            trio.CancelScope(shield=True, deadline=trio.current_time() + STARTS_WITHIN),
        ):
            try:
                folder = tempfile.TemporaryDirectory(prefix="stoker-git-", ignore_cleanup_errors=True)
                undo.callback(folder.cleanup)
                process = await trio.lowlevel.open_process(
                    [*command, folder.name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment,
                    start_new_session=True,
                )
            except OSError as error:
                raise GitWorkerLost(f"a git process cannot be started ({error.strerror}); it is tried again") from None
            undo.pop_all()
        return cls(process, folder)

    async def do(self, job: bytes) -> frames.Answer | None:
        """The answer; None when the process ended instead. Raises frames.Malformed."""
        try:
            await self._jobs.send_all(frames.framed(job))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return None
        head = await self._receive(frames.HEAD)
        content = await self._receive(frames.length(head)) if head else b""
        return frames.unpack_answer(content) if content else None

    async def _receive(self, size: int) -> bytes:
        """So many bytes; fewer than that is none."""
        content = bytearray()
        while len(content) < size:
            more = await self._answers.receive_some(min(CHUNK, size - len(content)))
            if not more:
                return b""
            content += more
        return bytes(content)

    async def end(self) -> None:
        """Kills it and takes away what it left."""
        self.process.kill()
        with trio.CancelScope(shield=True, deadline=trio.current_time() + ENDS_WITHIN) as bound:
            await self.process.wait()
            await self._jobs.aclose()
            await self._answers.aclose()
        if bound.cancelled_caught:
            get_logger("git.workers").error("git_worker_does_not_die", pid=self.process.pid)
        self._folder.cleanup()


class Workers:
    """An Offload. Made by ``open_workers``, in whose nursery idle processes are looked after."""

    def __init__(self, *, most: int, idle: float, read_timeout: float) -> None:
        self._seats = Seats(most)
        self._idle_seconds = idle
        self._read_timeout = read_timeout
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._rested = trio.Event()

    @property
    def pids(self) -> list[int]:
        """Of the processes that run now."""
        return [worker.process.pid for worker in (*self._busy, *self._idle)]

    @property
    def busy(self) -> list[int]:
        """Those of them that are at work."""
        return [worker.process.pid for worker in self._busy]

    async def __call__(self, work: Callable[[threading.Event], T], *, deadline: float, what: str) -> T:
        """The result of ``work``, which must be fit to be pickled, as what it returns.

        Past the deadline its process is killed: GitTimeout, or GitBusy when it was not its turn yet. GitWorkerLost when the
        process ends by itself.
        """
        job, seated = frames.pack(work), False
        with trio.move_on_after(deadline):
            async with self._seats.of(_server(what)) as seat:
                seated = True
                answer = await self._do(job, what)
                seat.ended_with(answer.error)
                if answer.crash:
                    raise RuntimeError(f"a git process failed:\n{answer.crash}")
                if answer.error is not None:
                    raise answer.error
                return cast("T", answer.value)
        if not seated:
            raise GitBusy(f"{what}: every git process is taken by servers that do not answer; it waits for its turn")
        raise GitTimeout(f"{what}: no answer within {deadline:g} s; check the server and the network")

    async def _do(self, job: bytes, what: str) -> frames.Answer:
        rested = await self._rested_one()
        if rested is not None:
            answer = await self._try(rested, job, what)
            if answer is not None:
                return answer
        # One that died while it was idle, as can be seen only now, is nobody's error: a new one is given the job.
        fresh = await _Worker.start(self._read_timeout)
        answer = await self._try(fresh, job, what)
        if answer is None:
            status = fresh.process.returncode
            raise GitWorkerLost(f"{what}: its git process ended with {status} in the middle; it is tried again")
        return answer

    async def _try(self, worker: _Worker, job: bytes, what: str) -> frames.Answer | None:
        """What ``worker`` makes of the job; None when it ended instead."""
        self._busy.add(worker)
        answer: frames.Answer | None = None
        try:
            answer = await worker.do(job)
        except frames.Malformed as error:
            raise GitWorkerLost(f"{what}: its git process answered nonsense ({error}); it is tried again") from None
        finally:
            self._busy.discard(worker)
            if answer is not None:
                self._rest(worker)
            else:
                with trio.CancelScope(shield=True, deadline=trio.current_time() + ENDS_WITHIN):
                    await worker.end()
        return answer

    async def _rested_one(self) -> _Worker | None:
        """One that waits for work, the last first, so that the others grow old; those that died meanwhile are cleared away."""
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            await worker.end()
        return None

    def _rest(self, worker: _Worker) -> None:
        worker.rested_at = trio.current_time()
        self._idle.append(worker)
        self._rested.set()

    async def retire(self) -> None:
        """Ends processes that were idle for long; never returns."""
        while True:
            if not self._idle:
                self._rested = trio.Event()
                await self._rested.wait()
            await trio.sleep_until(self._idle[0].rested_at + self._idle_seconds if self._idle else 0)
            now = trio.current_time()
            while self._idle and self._idle[0].rested_at + self._idle_seconds <= now:
                await self._idle.pop(0).end()

    async def end(self) -> None:
        """Ends all of them."""
        while workers := [*self._idle, *self._busy]:
            self._idle.clear()
            self._busy.clear()
            for worker in workers:
                await worker.end()


def affordable(limit: int | None, *, beside: int) -> int:
    """How many processes there may be at a time where all have ``limit`` bytes, of which ``beside`` are somebody else's."""
    return MOST if limit is None else min(MOST, max(FEWEST, (limit - beside) // EACH))


@contextlib.asynccontextmanager
async def open_workers(
    *, most: int = MOST, idle: float = IDLE_SECONDS, read_timeout: float = READ_TIMEOUT
) -> AsyncIterator[Workers]:
    """Processes are started when there is work, ``most`` at a time, and ended at the latest when this is left."""
    workers = Workers(most=most, idle=idle, read_timeout=read_timeout)
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(workers.retire)
        try:
            yield workers
        except Exception as error:  # noqa: BLE001 - raised below, outside of the nursery, as it came
            failure = error
        finally:
            nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True, deadline=trio.current_time() + ENDS_WITHIN):
                await workers.end()
    if failure is not None:
        raise failure


def _server(what: str) -> str:
    """Of the repository that is shown as ``what``; whatever it is, when it has none."""
    try:
        where = place(what)
    except StokerError:
        return what
    return f"{where.host}:{where.port}"
