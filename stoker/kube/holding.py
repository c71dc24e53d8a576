"""The Lease object in the hands of one replica: taken, renewed and given back, only ever over the version that was read.

Whose clock says what does not matter: how long a holder has been silent is measured here, from the moment at which its last
renewal was seen. The times in the object are for people, and for replicas that compare them for equality only.
Wire format: ``coordination.k8s.io/v1`` LeaseSpec, as client-go's ``resourcelock`` fills it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from stoker.api.times import rfc3339
from stoker.errors import Conflict, LeadershipLost, ObjectNotFound
from stoker.kube.cluster import LEASES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from stoker.api.objects import Lease
    from stoker.kube.cluster import Cluster

LONGEST_LEASE: Final = 300.0
"""Seconds that another's lease is believed at most: a slip of somebody's hand there must not keep all waiting for a day."""


class Holding:
    """``identity``: ours; ``duration``: seconds without renewal after which others may take over; ``clock``: in seconds."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        namespace: str,
        name: str,
        identity: str,
        duration: float,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._name = name
        self._identity = identity
        self._duration = duration
        self._clock = clock
        self._now = now
        self._version = ""
        self._record: Any = None
        self._since = 0.0
        self._lasts = 0.0
        self.taken_from = ""
        """Who fell silent, when the last lease that was taken had run out; empty when it was free."""

    async def take(self) -> str:
        """Takes the lease if it is to be had: empty, or whoever holds it. Conflict, AlreadyExists: others were faster."""
        try:
            present: Lease | None = await self._cluster.get(LEASES, self._namespace, self._name)
        except ObjectNotFound:
            present = None
        if present is None:
            await self._create()
            self.taken_from = ""
            return ""
        holder = _holder(present)
        if not self._is_free(present):
            return holder
        changes = int(present.spec.get("leaseTransitions") or 0) + 1
        await self._write(self._ours() | {"leaseTransitions": changes}, present.metadata.resource_version)
        self.taken_from = holder if holder != self._identity else ""
        return ""

    def saw(self, present: Lease) -> None:
        """The object as it is now, or was: a sign of life of its holder is counted from this moment."""
        spec = present.spec
        # The version is no part of it: a label that somebody sets is no renewal.
        record = (present.metadata.uid, *(spec.get(key) for key in ("holderIdentity", "acquireTime", "renewTime")))
        if record != self._record:
            self._record, self._since = record, self._clock()
        self._lasts = min(float(spec.get("leaseDurationSeconds") or self._duration), LONGEST_LEASE)

    @property
    def left(self) -> float:
        """Seconds until its holder has been silent for too long; 0 and less: it may be taken."""
        return self._since + self._lasts - self._clock()

    async def renew(self) -> None:
        """Somebody's hand on the object, a lost answer, even its deletion, end no lease; LeadershipLost: it is another's."""
        renewal = {"renewTime": self._moment()}
        try:
            # A store that was put back gives its versions out again: ours may be one of another's lease.
            self._check(await self._write(renewal, self._version))
            return
        except ObjectNotFound:
            gone = True
        except Conflict:
            gone = False
        if gone:
            await self._create()
            return
        present = await self._cluster.get(LEASES, self._namespace, self._name)
        self._check(present)
        await self._write(renewal, present.metadata.resource_version)

    async def give_back(self) -> bool:
        """Leaves the lease to whoever wants it; False when it is another's by now, and then nothing is written."""
        present = await self._cluster.get(LEASES, self._namespace, self._name)
        if _holder(present) != self._identity:
            return False
        nobody = self._ours() | {"holderIdentity": "", "leaseDurationSeconds": 1}
        await self._write(nobody, present.metadata.resource_version)
        return True

    def _is_free(self, present: Lease) -> bool:
        self.saw(present)
        return _holder(present) in {"", self._identity} or self.left < 0

    async def _create(self) -> None:
        body = {"metadata": {"name": self._name}, "spec": self._ours() | {"leaseTransitions": 0}}
        self._version = (await self._cluster.create(LEASES, self._namespace, body)).metadata.resource_version

    async def _write(self, spec: dict[str, Any], version: str) -> Lease:
        body = {"metadata": {"resourceVersion": version}, "spec": spec}
        written = await self._cluster.patch(LEASES, self._namespace, self._name, body)
        self._version = written.metadata.resource_version
        return written

    def _check(self, present: Lease) -> None:
        holder = _holder(present)
        if holder != self._identity:
            raise LeadershipLost(f"{holder or 'nobody'} holds the lease now")

    def _ours(self) -> dict[str, Any]:
        moment = self._moment()
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": round(self._duration),
            "acquireTime": moment,
            "renewTime": moment,
        }

    def _moment(self) -> str:
        """A MicroTime: always six digits of a second."""
        return rfc3339(self._now(), fraction=True)


def _holder(lease: Lease) -> str:
    return str(lease.spec.get("holderIdentity") or "")
