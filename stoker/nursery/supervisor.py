"""Services side by side: each inside a restart loop of its own, so that a crash of one is no other's business.

A service that raises is restarted after a backoff that a healthy minute resets, counted from when it became usable: one
that takes two minutes to fail was never healthy. Two ends are fatal at once, because no restart mends them: a service
that returns though nobody asked for a stop (ServiceReturned), and one that gave up itself (ServiceFailed, ServiceReturned
of a supervisor inside it). So is one that fails too often in a row (ServiceFailed). Then the others are asked to stop and
end in good order, and only after that the error is raised, so that the process ends non-zero and whoever supervises it
takes over. Stopping is asked for by an event that the services themselves watch; what has not ended by the deadline is
cancelled by the caller's scope (see ``shutdown``). Logging and counting are callbacks: this room is below them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import trio

from stoker.errors import DeadlineExceeded, ServiceFailed, ServiceReturned, StokerError
from stoker.nursery.backoff import Backoff, exponential
from stoker.nursery.service import Told
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stoker.nursery.service import Named

RESTARTS = exponential(0.5, 30.0, jitter=0.2)
GAVE_UP: Final = (ServiceFailed, ServiceReturned)


class Crash(Value, frozen=True):
    """A service ended by errors. ``causes``: the leaves of whatever groups they came in; hypercorn nests three deep.

    ``delay``: seconds until it is started again; None when it is not, because it is given up or a stop was asked for.
    """

    service: str
    causes: tuple[BaseException, ...]
    delay: float | None

    @property
    def text(self) -> str:
        """What happened, in one line."""
        return "; ".join(_line(cause) for cause in self.causes)


async def supervise(
    services: Sequence[Named],
    *,
    stopping: trio.Event,
    on_crash: Callable[[Crash], None],
    on_state: Callable[[str, bool], None],
    ask_to_stop: Callable[[], None] | None = None,
    backoff: Backoff = RESTARTS,
    healthy_after: float = 60.0,
    give_up_after: int = 10,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Runs ``services`` until all have ended after ``stopping``; raises ServiceFailed or ServiceReturned, see above.

    ``on_crash`` is called for each crash, ``on_state(name, serving)`` whenever a service becomes usable or ceases to be.
    ``ask_to_stop`` is how the others are asked to end after a fatal error; by itself ``stopping`` is set, but where services
    must outlive others the caller knows the order. Started when every service has been usable once, at the latest when
    all have ended after a stop.
    """
    rules = _Rules(stopping, on_crash, on_state, ask_to_stop or stopping.set, backoff, healthy_after, give_up_after)
    missing = {named.name for named in services}
    fatal: list[StokerError] = []

    def usable(name: str) -> None:
        on_state(name, True)
        if name in missing:
            missing.discard(name)
            if not missing:
                task_status.started()

    try:
        async with trio.open_nursery() as nursery:
            for named in services:
                nursery.start_soon(_keep, named, rules, usable, fatal)
    except BaseExceptionGroup as group:
        _, others = group.split(trio.Cancelled)
        if others is not None or not fatal:
            raise
        # Cut off at the deadline while the others ended: what must be told is why they had to.
        raise fatal[0] from fatal[0].__cause__
    if fatal:
        raise fatal[0] from fatal[0].__cause__
    if missing or not services:
        task_status.started()


class _Rules(Value, frozen=True):
    """What ``supervise`` was told, for the loop of each service."""

    stopping: trio.Event
    on_crash: Callable[[Crash], None]
    on_state: Callable[[str, bool], None]
    ask_to_stop: Callable[[], None]
    backoff: Backoff
    healthy_after: float
    give_up_after: int


class _Life:
    """One life of a service, from its start to its end."""

    def __init__(self, name: str, usable: Callable[[str], None]) -> None:
        self._name = name
        self._usable = usable
        self._since = math.inf

    def begin(self) -> None:
        """It is usable from now on."""
        self._since = trio.current_time()
        self._usable(self._name)

    @property
    def healthy(self) -> float:
        """Seconds since it became usable; negative when it never did."""
        return trio.current_time() - self._since


async def _keep(named: Named, rules: _Rules, usable: Callable[[str], None], fatal: list[StokerError]) -> None:
    """Restarts one service until a stop, or until it is fatal: then the others are asked to stop."""
    failures = 0
    while not rules.stopping.is_set():
        life = _Life(named.name, usable)
        causes = await _live(named, life, rules)
        failures = 1 if life.healthy >= rules.healthy_after else failures + 1
        end: StokerError | None = next((cause for cause in causes if isinstance(cause, GAVE_UP)), None)
        if end is None and not rules.stopping.is_set():
            end = _verdict(named.name, causes, failures, rules.give_up_after)
        if end is not None:
            fatal.append(end)
            rules.ask_to_stop()
        if end is not None or rules.stopping.is_set():
            if causes and end not in causes:
                rules.on_crash(Crash(named.name, causes, None))
            return
        delay = rules.backoff.delay(failures)
        rules.on_crash(Crash(named.name, causes, delay))
        with trio.move_on_after(delay):
            await rules.stopping.wait()


async def _live(named: Named, life: _Life, rules: _Rules) -> tuple[BaseException, ...]:
    """One life of a service: what ended it, nothing when it returned."""
    causes: tuple[BaseException, ...] | None = None
    try:
        await named.service(task_status=Told(life.begin))
        causes = ()
    except Exception as error:  # noqa: BLE001 - the supervisor is where every failure of a service is met
        causes = tuple(flatten(error))
    finally:
        rules.on_state(named.name, False)
        if causes is None and rules.stopping.is_set():
            late = DeadlineExceeded(f"service {named.name} did not end in time when it was asked to, and was cut off")
            rules.on_crash(Crash(named.name, (late,), None))
    return causes


def _verdict(name: str, causes: tuple[BaseException, ...], failures: int, most: int) -> StokerError | None:
    """The error that ends everything; None when a restart may mend it."""
    if not causes:
        return ServiceReturned(f"service {name} ended without being asked to; this is a fault of stoker, see the log")
    if failures < most:
        return None
    error = ServiceFailed(f"service {name} failed {failures} times in a row; last: {_line(causes[0])}")
    error.__cause__ = causes[0]
    return error


def _line(error: BaseException) -> str:
    """One line: our own errors speak for themselves, a foreign one needs its class."""
    text = " ".join(str(error).split())
    return text if isinstance(error, StokerError) else f"{type(error).__name__}: {text}".removesuffix(": ")


def flatten(error: BaseException) -> list[BaseException]:
    """The leaves of nested exception groups, in order."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in flatten(inner)]
    return [error]
