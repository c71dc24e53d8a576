"""The metadata ConfigMap: what agents are to fetch and how to lay it out, written when it changed.

URL, ref, commit and profiles are one order, for a profile that is carried out on a commit it was not written for may find its
sources missing, and clean what is live. So the order stays as it was while a look-up for a new generation or a request is
unanswered, and while one for another ref or URL fails; only then are profiles published with the last good commit. Pause,
history limit and the permission to delete are no part of the order.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from stoker.api import names
from stoker.api.handoff import Metadata, history_limit
from stoker.controller.owned import frame, mending
from stoker.errors import HandoffInvalid, ObjectNotFound, ObjectTooLarge
from stoker.kube.cluster import CONFIGMAPS

if TYPE_CHECKING:
    from stoker.api.objects import ConfigMap
    from stoker.controller.outcome import Pass
    from stoker.kube.cluster import Cluster


async def publish(this: Pass, cluster: Cluster) -> None:
    """Tells the agents. Invalid profiles leave the metadata as it was, but for a pause; no commit yet, and there is none.

    Fills ``requested_at_handed_over``, or ``maps_too_large`` when it does not fit.
    """
    namespace, name = this.key
    map_name = names.metadata_configmap(name)
    try:
        present: ConfigMap | None = await cluster.get(CONFIGMAPS, namespace, map_name)
    except ObjectNotFound:
        present = None
    before = _decoded(present)
    wanted = _wanted(this, before)
    if wanted is None:
        return
    try:
        await _write(this, cluster, map_name, present, wanted.to_data())
    except ObjectTooLarge as error:
        this.maps_too_large = f"{error}; use fewer or smaller profiles"
    else:
        this.requested_at_handed_over = wanted.requested_at


def _decoded(present: ConfigMap | None) -> Metadata | None:
    """What agents go by now; None when there is none, or none that can be read: then it is written anew."""
    try:
        return Metadata.from_data(present.data) if present is not None else None
    except HandoffInvalid:
        return None


def _wanted(this: Pass, before: Metadata | None) -> Metadata | None:
    """What the ConfigMap should say; None: nothing yet, or nothing new."""
    if this.spec is None or this.spec_error is not None:
        if before is None:
            return None
        this.profiles = dict(before.profiles)
        return dataclasses.replace(before, paused=before.paused or this.paused)
    if before is not None and _order_stands(this, before):
        paused = before.paused if this.order_held else this.paused
        return dataclasses.replace(before, paused=paused, **_besides(this, before))
    commit = _commit(this, before)
    if before is None and not this.paused and (this.order_held or not commit or not this.url):
        return None
    return Metadata(
        git_url=this.url,
        commit=commit,
        ref=this.ref,
        auth_type=this.spec.auth_type,
        paused=this.paused,
        profiles=this.profiles,
        gateway_port=this.spec.gateway.port,
        gateway_tls=this.spec.gateway.tls,
        requested_at=_requested_at(this, before),
        **_besides(this, before),
    )


def _order_stands(this: Pass, before: Metadata) -> bool:
    """Whether agents must go on with what they were told: the present ref is not, or not yet, known to be a commit."""
    if this.resolved and not this.order_held:
        return False
    return this.order_held or (before.git_url, before.ref) != (this.url, this.ref)


def _commit(this: Pass, before: Metadata | None) -> str:
    """The last good commit of the present ref: as this process found it, else what agents go by, else what the status says.

    After a restart the status may be older than the map, or gone where the map is not, as after the restore of a backup.
    """
    good = this.memory.good
    if this.resolved or (good.url, good.ref) == (this.url, this.ref):
        return this.commit
    if before is not None and before.commit:
        return before.commit
    return this.commit if this.resource.status.last_sync_ref == this.ref else ""


def _requested_at(this: Pass, before: Metadata | None) -> str:
    """A request is handed over with the commit that answers it, and waits while the resource is paused."""
    if this.resolved and not this.paused:
        return this.annotation(names.REQUESTED_AT)
    return before.requested_at if before is not None else ""


def _besides(this: Pass, before: Metadata | None) -> dict[str, Any]:
    limit = before.history_limit if before is not None else history_limit(1)
    return {
        "allow_mass_delete": this.annotation(names.ALLOW_MASS_DELETE),
        "history_limit": history_limit(len(this.census.mine)) if this.census is not None else limit,
    }


async def _write(
    this: Pass,
    cluster: Cluster,
    map_name: str,
    present: ConfigMap | None,
    wanted: dict[str, str],
    *,
    again: bool = False,
) -> None:
    namespace, metadata = this.resource.metadata.namespace, frame(this.resource, map_name)
    if present is None:
        await cluster.create(CONFIGMAPS, namespace, {"metadata": metadata, "data": wanted})
        return
    data: dict[str, str | None] = {key: None for key in present.data if key not in wanted}
    data |= {key: value for key, value in wanted.items() if present.data.get(key) != value}
    patch: dict[str, Any] = {"data": data} if data else {}
    frame_patch = mending(present.metadata, metadata)
    if frame_patch:
        patch["metadata"] = frame_patch
    if not patch:
        return
    made = await cluster.patch(CONFIGMAPS, namespace, map_name, patch)
    if made.data != wanted and not again:  # what was known of it was not so any more
        await _write(this, cluster, map_name, made, wanted, again=True)
