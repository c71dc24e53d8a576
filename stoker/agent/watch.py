"""What is wanted, as the metadata ConfigMap says: by watch within a moment, by a plain read as a fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.agent.access import remedy
from stoker.api import names
from stoker.api.handoff import Metadata
from stoker.errors import Forbidden, HandoffInvalid, ObjectNotFound, StokerError
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.informer import Informer
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.agent.setup import AgentSetup
    from stoker.agent.trigger import Trigger
    from stoker.api.objects import ConfigMap
    from stoker.kube.cluster import Cluster


class Wanted:
    """``metadata`` is the newest that could be read, or None; ``fault`` is why the newest could not."""

    def __init__(
        self,
        setup: AgentSetup,
        cluster: Cluster,
        trigger: Trigger,
        *,
        on_metadata: Callable[[Metadata], None] = lambda _: None,
    ) -> None:
        """``on_metadata``: called with each that differs, before the trigger fires."""
        self.metadata: Metadata | None = None
        self.fault: HandoffInvalid | None = None
        self._setup = setup
        self._cluster = cluster
        self._trigger = trigger
        self._name = names.metadata_configmap(setup.cr_name)
        self._on_metadata = on_metadata
        self._seen = ""
        self._unreadable = ""
        self._log = get_logger("agent.metadata", gateway=setup.gateway_name, namespace=setup.namespace)

    async def run(self) -> None:
        """Watch until cancelled."""
        informer = Informer(
            self._cluster,
            CONFIGMAPS,
            self._setup.namespace,
            name=self._name,
            on_change=lambda _old, new: self._take(new),
        )
        await informer.run()

    async def read(self) -> None:
        """One plain read; what fails leaves what is known."""
        try:
            found = await self._cluster.get(CONFIGMAPS, self._setup.namespace, self._name)
        except ObjectNotFound:
            self._take(None)
        except StokerError as error:
            if error.reason != self._unreadable:
                say = self._log.error if isinstance(error, Forbidden) else self._log.warning
                say("metadata_not_read", error=str(error), remedy=remedy(self._setup, error))
            self._unreadable = error.reason
        else:
            self._unreadable = ""
            self._take(found)

    def missing(self) -> str:
        """What is not known yet of what is wanted, for people; empty when all is."""
        if self.metadata is None:
            return f"ConfigMap {self._name} with the commit to sync could not be read yet"
        if not self.metadata.commit and not self.metadata.paused:
            return f"the controller has not resolved {self.metadata.ref or 'the ref'} to a commit yet"
        return ""

    def _take(self, found: ConfigMap | None) -> None:
        if found is None:
            self.metadata, self.fault, self._seen = None, None, ""
            return
        version = f"{found.metadata.uid}/{found.metadata.resource_version}"
        if version == self._seen:
            return
        self._seen = version
        try:
            self.metadata, self.fault = Metadata.from_data(found.data), None
        except HandoffInvalid as error:
            self.fault = error
        else:
            self._on_metadata(self.metadata)
        self._trigger.fire("metadata")
