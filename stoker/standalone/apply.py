"""Makes the object store hold what the manifests say, as ``kubectl apply`` would.

Owns: the three-way comparison. What was applied last is remembered on the object itself, under ``kubectl``'s own
annotation, so it survives a restart with the object: what left the file leaves the object, what others wrote (the
receiver's requests, the controller's finalizer, status) stays. One difference from ``kubectl`` is meant: an annotation
is written only when the *file* changed it, so that an edit elsewhere in the file never brings an old
``stoker.io/requested-at`` back over a newer one of the receiver, which would force a sync that nobody asked for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from stoker.api.objects import Document, ObjectMeta
from stoker.errors import ObjectNotFound
from stoker.kube.cluster import GATEWAYSYNCS, PODS, SECRETS, Cluster, Kind
from stoker.standalone.manifests import LAST_APPLIED, Manifest
from stoker.values import Mutable, field

if TYPE_CHECKING:
    from collections.abc import Sequence

# Secrets come before the resources that name them, resources before the Pods that name those; deletion is reversed.
ORDER: tuple[Kind[Any], ...] = (SECRETS, GATEWAYSYNCS, PODS)


class _Noted(Document, frozen=True, kw_only=True):
    """Of an object, what tells that it came from a file; the kinds themselves are trimmed of that note."""

    metadata: ObjectMeta


def _noted(kind: Kind[Any]) -> Kind[_Noted]:
    return Kind(kind.api_version, kind.kind, kind.plural, _Noted, has_status=kind.has_status)


class Applied(Mutable):
    """What an application changed, as ``Kind namespace/name`` texts."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.deleted)


async def apply(cluster: Cluster, manifests: Sequence[Manifest]) -> Applied:
    """Create, change and delete until the store holds ``manifests``; objects of other writers are left alone.

    Raises StokerError of the store. Applying the same manifests twice writes nothing the second time.
    """
    applied = Applied()
    wanted = {manifest.key: manifest for manifest in manifests}
    for kind in ORDER:
        for manifest in (manifest for manifest in manifests if manifest.kind is kind):
            await _apply_one(cluster, manifest, applied)
    for kind in reversed(ORDER):
        for item in (await cluster.list(_noted(kind))).items:
            namespace, name = item.metadata.namespace, item.metadata.name
            if LAST_APPLIED in item.metadata.annotations and (kind.kind, namespace, name) not in wanted:
                await cluster.delete(kind, namespace, name, uid=item.metadata.uid)
                applied.deleted.append(f"{kind.kind} {namespace}/{name}")
    return applied


async def _apply_one(cluster: Cluster, manifest: Manifest, applied: Applied) -> None:
    kind, label = manifest.kind, f"{manifest.kind.kind} {manifest.namespace}/{manifest.name}"
    status = {"status": manifest.body["status"]} if "status" in manifest.body else {}
    body = {key: value for key, value in manifest.body.items() if key != "status"}
    # Both maps are always there: a file that loses its last annotation must not take those of others with it.
    body["metadata"] = {"labels": {}, "annotations": {}, **body["metadata"]}
    remembered = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        live = await cluster.get(_noted(kind), manifest.namespace, manifest.name)
        if live.metadata.deletion_timestamp:
            # Taken out of the files and put back before its finalizer had run: it goes now, and begins anew.
            await cluster.patch(kind, manifest.namespace, manifest.name, {"metadata": {"finalizers": []}})
            live = await cluster.get(_noted(kind), manifest.namespace, manifest.name)
    except ObjectNotFound:
        metadata = {**body["metadata"]}
        metadata["annotations"] = {**metadata["annotations"], LAST_APPLIED: remembered}
        await cluster.create(kind, manifest.namespace, {**body, "metadata": metadata, **status})
        applied.created.append(label)
    else:
        before = live.metadata.annotations.get(LAST_APPLIED, "")
        if before == remembered:
            return
        patch = merge_patch(_parsed(before), body)
        patch.setdefault("metadata", {}).setdefault("annotations", {})[LAST_APPLIED] = remembered
        await cluster.patch(kind, manifest.namespace, manifest.name, patch)
        applied.changed.append(label)
    if status:
        await cluster.patch(kind, manifest.namespace, manifest.name, status, subresource="status")


def merge_patch(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7396) that leads from ``before`` to ``after``; lists are replaced whole."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        earlier = before.get(key)
        if isinstance(value, dict) and isinstance(earlier, dict):
            inner = merge_patch(earlier, value)
            if inner:
                patch[key] = inner
        elif key not in before or earlier != value:
            patch[key] = value
    return patch


def _parsed(text: str) -> dict[str, Any]:
    """What was applied last; nothing when the note is absent or was damaged by hand."""
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
