"""What is wanted, as the metadata ConfigMap says: by watch within a moment, by a plain read as a fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.errors import HandoffInvalid, ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.informer import Informer
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    import trio

    from stoker.agent.setup import AgentSetup
    from stoker.agent.trigger import Trigger
    from stoker.api.objects import ConfigMap
    from stoker.kube.cluster import Cluster


class Wanted:
    """``metadata`` is the newest that could be read, or None; ``fault`` is why the newest could not."""

    def __init__(self, setup: AgentSetup, cluster: Cluster, trigger: Trigger) -> None:
        self.metadata: Metadata | None = None
        self.fault: HandoffInvalid | None = None
        self._setup = setup
        self._cluster = cluster
        self._trigger = trigger
        self._name = names.metadata_configmap(setup.cr_name)
        self._seen = ""
        self._log = get_logger("agent.metadata", gateway=setup.gateway_name, namespace=setup.namespace)

    async def run(self, *, task_status: trio.TaskStatus[None]) -> None:
        """Watch until cancelled; started when the first list is in."""
        informer = Informer(
            self._cluster,
            CONFIGMAPS,
            self._setup.namespace,
            name=self._name,
            on_change=lambda _old, new: self._take(new),
        )
        await informer.run(task_status=task_status)

    async def read(self) -> None:
        """One plain read; what fails leaves what is known."""
        try:
            found = await self._cluster.get(CONFIGMAPS, self._setup.namespace, self._name)
            self._take(found)
        except ObjectNotFound:
            self._take(None)
        except StokerError as error:
            self._log.warning("metadata_not_read", error=str(error))

    def _take(self, found: ConfigMap | None) -> None:
        if found is None:
            self.metadata, self._seen = None, ""
            return
        version = f"{found.metadata.uid}/{found.metadata.resource_version}"
        if version == self._seen:
            return
        self._seen = version
        try:
            self.metadata, self.fault = Metadata.from_data(found.data), None
        except HandoffInvalid as error:
            self.fault = error
            self._log.error("metadata_invalid", error=str(error))
        self._trigger.fire("metadata")
