"""What of an object is worth keeping in memory, where a fleet of them is kept: nothing that only other tools read.

What ``kubectl apply`` remembers in an annotation is a second copy of the whole spec, and other tools' annotations on pods
can be longer than all the rest. Labels stay: templates may name any of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from stoker.api import names

if TYPE_CHECKING:
    from stoker.api.objects import ConfigMap, GatewaySync, ObjectMeta, Pod

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
OURS: Final = f"{names.GROUP}/"
_HISTORIES: Final = names.changes_configmap("")


def trimmed_resource(resource: GatewaySync) -> GatewaySync:
    """Without what ``kubectl apply`` remembers."""
    meta = resource.metadata
    if LAST_APPLIED not in meta.annotations:
        return resource
    kept = {key: value for key, value in meta.annotations.items() if key != LAST_APPLIED}
    return msgspec.structs.replace(resource, metadata=_with(meta, kept))


def trimmed_pod(pod: Pod) -> Pod:
    """Only our annotations."""
    meta = pod.metadata
    kept = {key: value for key, value in meta.annotations.items() if key.startswith(OURS)}
    if len(kept) == len(meta.annotations):
        return pod
    return msgspec.structs.replace(pod, metadata=_with(meta, kept))


def trimmed_map(item: ConfigMap) -> ConfigMap:
    """Of the histories only whose they are: 16 KiB a gateway, which agents write and people read."""
    if not item.metadata.name.startswith(_HISTORIES):
        return item
    return msgspec.structs.replace(item, data=dict.fromkeys(item.data, ""))


def _with(meta: ObjectMeta, annotations: dict[str, str]) -> ObjectMeta:
    return msgspec.structs.replace(meta, annotations=annotations)
