"""Leader election by a Lease, as client-go does it: one of many replicas leads at a time.

The leader counts its time from the moment before it sent the renewal that succeeded, and gives up five seconds before a
follower may take over, so the two never overlap. A clean exit gives the lease back, and followers, who watch it beside
asking every two seconds, act at once; that of a leader who fell silent they ask for at the moment at which it runs out.
A leader that has lost its lease has its work cancelled, and follows. Work that fails is raised after the lease was given
back: another replica may fare better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import trio

from stoker.api.times import utcnow
from stoker.errors import AlreadyExists, ClusterUnreachable, Conflict, LeadershipLost, StokerError
from stoker.kube.cluster import LEASES
from stoker.kube.holding import Holding
from stoker.kube.informer import Informer
from stoker.nursery.backoff import Backoff
from stoker.nursery.service import Told
from stoker.observe.logs import get_logger
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from stoker.api.objects import Lease
    from stoker.kube.cluster import Cluster
    from stoker.kube.leadership import Leadership
    from stoker.nursery.service import Service

RELEASE_SECONDS: Final = 2.0
MOMENT: Final = 0.01


class Terms(Value, frozen=True):
    """Seconds. ``duration``: others take over after that long without a renewal; ``deadline``: the leader gives up itself;
    ``retry``: between attempts; ``attempt``: bound of a renewal. Of ``asking`` and ``again`` for who does not lead: an API
    server that was out of reach must be found again within five seconds, whatever hangs when it comes back.
    """

    duration: float = 15.0
    deadline: float = 10.0
    retry: float = 2.0
    attempt: float = 5.0
    asking: float = 2.5
    again: float = 1.0


class Elector:
    """One replica. ``identity`` must be unique for every start of a process; ``leadership`` is told what holds."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        namespace: str,
        name: str,
        identity: str,
        leadership: Leadership,
        terms: Terms | None = None,
        now: Callable[[], datetime] = utcnow,
    ) -> None:
        self._terms = terms or Terms()
        self._leadership = leadership
        self._holding = Holding(
            cluster,
            namespace=namespace,
            name=name,
            identity=identity,
            duration=self._terms.duration,
            clock=leadership.clock,
            now=now,
        )
        self._lease: Informer[Lease] = Informer(cluster, LEASES, namespace, name=name, on_change=self._lease_changed)
        self._news = trio.Event()
        self._said = ""
        self._reached = False
        self._log = get_logger("kube.lease", lease=f"{namespace}/{name}", identity=identity)

    async def run(self, work: Service, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Leads whenever it can, until cancelled; raises what ``work`` raises, and returns when ``work`` does.

        Started when ``work`` is, or when it is known that another leads: a follower is as good as ready.
        """
        status = _Once(task_status)
        lost = True
        while lost:
            await self._acquire(status)
            try:
                lost = await self._lead(work, status)
            finally:
                self._leadership.end()
                with trio.move_on_after(RELEASE_SECONDS, shield=True):
                    await self._give_back()

    # --- following ---------------------------------------------------------------------------------------------------

    async def _acquire(self, status: _Once) -> None:
        """Returns when the lease is ours."""
        if await self._attempt(status):
            return
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._lease.run)
            while True:
                with trio.move_on_after(self._pause()):
                    await self._news.wait()
                self._news = trio.Event()
                if await self._attempt(status):
                    break
            nursery.cancel_scope.cancel()

    def _pause(self) -> float:
        """Until the next attempt: no longer than the lease lasts, and after that again in the follower's own time."""
        pause = Backoff((self._terms.retry if self._reached else self._terms.again,), jitter=0.1).delay(1)
        left = self._holding.left
        return min(pause, left + MOMENT) if left > 0 else pause

    def _lease_changed(self, _old: Lease | None, new: Lease | None) -> None:
        """Only a lease that is to be had is news; a renewal is a sign of life, counted from when it was seen."""
        if new is not None:
            self._holding.saw(new)
        if new is None or not new.spec.get("holderIdentity"):
            self._news.set()

    async def _attempt(self, status: _Once) -> bool:
        """Whether the lease is ours now."""
        began = self._leadership.clock()
        holder: list[str] = []

        async def take() -> None:
            holder.append(await self._holding.take())

        self._reached = await self._bounded(self._terms.asking, take)
        if not self._reached:
            return False
        if not holder[0]:
            self._leadership.extend(began + self._terms.deadline)
            return True
        if self._said != holder[0]:
            self._said = holder[0]
            self._log.info("following", leader=holder[0])
        status.started()
        return False

    # --- leading -----------------------------------------------------------------------------------------------------

    async def _lead(self, work: Service, status: _Once) -> bool:
        """Runs ``work`` while the lease is renewed; whether it was lost, False when ``work`` returned."""
        self._said = ""
        silent = self._holding.taken_from
        self._log.info("leading", **({"taken_from": silent} if silent else {}))
        returned = False
        async with trio.open_nursery() as nursery:
            renewing = await nursery.start(self._keep, nursery.cancel_scope)
            await work(task_status=Told(status.started))
            returned = True
            renewing.cancel()
        return not returned

    async def _keep(self, leading: trio.CancelScope, *, task_status: trio.TaskStatus[trio.CancelScope]) -> None:
        with trio.CancelScope() as scope:
            task_status.started(scope)
            try:
                while True:
                    # More often as the deadline comes near, so that a trouble that ends just before it costs no term.
                    await trio.sleep(min(self._terms.retry, max(0.1, self._leadership.left / 2)))
                    await self._renew()
            except LeadershipLost as error:
                self._leadership.end()
                self._log.warning("leadership_lost", error=str(error))
                leading.cancel()

    async def _renew(self) -> None:
        """LeadershipLost when the lease is another's, or time is up."""
        began, left = self._leadership.clock(), self._leadership.left
        if left <= 0:
            raise LeadershipLost(
                f"the lease was not renewed within {self._terms.deadline:g} s; another may lead by now"
            )
        if await self._bounded(min(self._terms.attempt, left), self._holding.renew):
            self._said = ""
            self._leadership.extend(began + self._terms.deadline)

    async def _give_back(self) -> None:
        """For others to take at once; when it is another's by now, nothing is written."""
        # A little less than its own end is shielded for, so that what does not succeed is still told.
        await self._bounded(0.9 * RELEASE_SECONDS, self._holding.give_back)

    async def _bounded(self, seconds: float, doing: Callable[[], Awaitable[Any]]) -> bool:
        """Whether it came to its end. What did not is told once, unless others were just faster, and worth another attempt.

        LeadershipLost is raised.
        """
        error: StokerError = ClusterUnreachable(f"no answer about the lease within {seconds:.1f} s")
        try:
            with trio.move_on_after(seconds):
                await doing()
                return True
        except LeadershipLost:
            raise
        except (Conflict, AlreadyExists):
            return False
        except StokerError as failure:
            error = failure
        if self._said != error.reason:
            self._said = error.reason
            self._log.warning("lease_not_reached", error=str(error), reason=error.reason)
        return False


class _Once:
    """A task status that may be told again, as a leader that comes back does."""

    def __init__(self, status: trio.TaskStatus[None]) -> None:
        self._status = status
        self._told = False

    def started(self) -> None:
        if not self._told:
            self._told = True
            self._status.started()
