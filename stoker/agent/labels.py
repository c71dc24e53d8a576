"""The pod's own labels, for profiles that use them: read again at each sync, the last ones kept while nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.agent.access import remedy
from stoker.api.profiles import encode_profiles
from stoker.errors import StokerError
from stoker.kube.cluster import PODS
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from stoker.agent.setup import AgentSetup
    from stoker.api.profiles import ResolvedProfile
    from stoker.kube.cluster import Cluster


class OwnLabels:
    """One pod's."""

    def __init__(self, setup: AgentSetup, cluster: Cluster) -> None:
        self._setup = setup
        self._cluster = cluster
        self._known: dict[str, str] | None = None
        self._said = ""
        self._log = get_logger("agent.labels", gateway=setup.gateway_name, namespace=setup.namespace)

    async def read(self, profile: ResolvedProfile) -> dict[str, str]:
        """Empty when the profile does not use them. Raises what the object store raises before they were known."""
        if not uses_labels(profile):
            return {}
        try:
            pod = await self._cluster.get(PODS, self._setup.namespace, self._setup.pod_name)
        except StokerError as error:
            if self._known is None:
                raise
            if error.reason != self._said:
                self._said = error.reason
                self._log.warning("labels_not_read", error=str(error), remedy=remedy(self._setup, error))
        else:
            self._said = ""
            self._known = dict(pod.metadata.labels or {})
        return self._known


def uses_labels(profile: ResolvedProfile) -> bool:
    """Whether own labels may matter to it: what is in templates is not known before they are rendered."""
    text = encode_profiles({"": profile})
    return "Labels" in text or "PodOrdinal" in text or any(mapping.template for mapping in profile.mappings)
