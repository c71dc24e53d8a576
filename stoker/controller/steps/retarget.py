"""The end of a ``requested-ref``: once the spec names the same ref, the annotation goes, on condition that it is still that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.errors import Conflict
from stoker.kube.cluster import GATEWAYSYNCS

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster


async def settle(this: Pass, cluster: Cluster) -> None:
    """Removes the annotation when spec.git.ref has caught up; a change meanwhile leaves it for the next pass."""
    wanted = this.annotation(names.REQUESTED_REF)
    if not wanted or this.spec is None or plain(wanted) != plain(this.spec.git.ref):
        return
    meta = this.resource.metadata
    patch = {"metadata": {"annotations": {names.REQUESTED_REF: None}, "resourceVersion": meta.resource_version}}
    try:
        await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, patch)
    except Conflict:
        return


def plain(ref: str) -> str:
    """A ref without ``refs/heads/``, ``refs/tags/`` and a leading v, for comparison."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("v")
