"""Whoever leads tells the API server to trust the authority of a certificate that others make: the ``ca.crt`` beside it.

A folder without one is a certificate that API servers trust already, or whose trust somebody else sees to: then nothing is
written. What was told before is trusted for a while more, because each replica is shown a renewed Secret at a time of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import trio

from stoker.admission.certificates import pairs
from stoker.admission.certificates.material import TRUSTED
from stoker.admission.certificates.repairs import Repairs
from stoker.admission.certificates.trust import tell, trust_of
from stoker.kube.cluster import WEBHOOKS
from stoker.kube.informer import Informer
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.kube.cluster import Cluster

LOOK_SECONDS: Final = 1.0
OVERLAP_SECONDS: Final = 300.0
"""Kubelets bring a changed Secret to its mounts within a minute or two."""
LARGEST: Final = 1024 * 1024


class GivenAuthority:
    """One life of it, while this replica leads; ``cluster`` must be the fenced one."""

    def __init__(self, cluster: Cluster, configuration: str, folder: Path) -> None:
        self._cluster = cluster
        self._configuration = configuration
        self._file = folder / TRUSTED
        self._log = get_logger("admission.certificates", webhook=configuration, file=str(self._file))
        self._repairs = Repairs(self._log, overtaken=LOOK_SECONDS)
        self._webhooks = Informer(cluster, WEBHOOKS, name=configuration, on_change=self._repairs.wake)
        self._given: list[bytes] | None = None
        self._given_since = 0.0

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; started at once, for nobody else has to wait for it."""
        task_status.started()
        async with trio.open_nursery() as nursery:
            await nursery.start(self._webhooks.run)
            await self._repairs.run(self._step)

    async def _step(self) -> float:
        """Tells what was not told; seconds until the file is looked at again, which nobody watches."""
        given = self._read()
        if given != self._given:
            self._given, self._given_since = given, trio.current_time()
            if not given:
                self._log.warning(
                    "authority_not_given",
                    remedy="put the authority's certificate into ca.crt of the Secret, unless API servers trust it already",
                )
        webhook = self._webhooks.get("", self._configuration)
        if webhook is None or not given:
            return LOOK_SECONDS
        former = pairs.split(trust_of(webhook)) if trio.current_time() < self._given_since + OVERLAP_SECONDS else []
        wanted = b"".join(dict.fromkeys((*given, *former)))
        if trust_of(webhook) != wanted:
            await tell(self._cluster, webhook, wanted)
        return LOOK_SECONDS

    def _read(self) -> list[bytes]:
        """The certificates in the file, each as PEM; it lies in memory, as mounts of Secrets do."""
        try:
            with self._file.open("rb") as file:
                return pairs.split(file.read(LARGEST))
        except OSError:
            return []
