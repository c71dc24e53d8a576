"""The end of a ``requested-ref``: once the spec names the same ref, the annotation goes, on condition that it is still that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.api import names
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import GATEWAYSYNCS

if TYPE_CHECKING:
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster


async def settle(this: Pass, cluster: Cluster) -> None:
    """Removes the annotation when spec.git.ref has caught up. A value written meanwhile stays; Conflict asks for another pass.

    The resource is read again, because this very pass may have written its status since, and the version that makes the
    removal conditional must be one at which the value was seen.
    """
    wanted = this.annotation(names.REQUESTED_REF)
    if not wanted or this.spec is None or plain(wanted) != plain(this.spec.git.ref):
        return
    meta = this.resource.metadata
    try:
        present = (await cluster.get(GATEWAYSYNCS, meta.namespace, meta.name)).metadata
    except ObjectNotFound:
        return
    if present.uid != meta.uid or present.annotations.get(names.REQUESTED_REF) != wanted:
        return
    patch = {"metadata": {"annotations": {names.REQUESTED_REF: None}, "resourceVersion": present.resource_version}}
    await cluster.patch(GATEWAYSYNCS, meta.namespace, meta.name, patch)


def plain(ref: str) -> str:
    """A ref without ``refs/heads/``, ``refs/tags/`` and a leading v, for comparison."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("v")
