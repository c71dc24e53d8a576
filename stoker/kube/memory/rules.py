"""What a server fills into an object, keeps out of clients' hands, and refuses. Pure: documents in, documents out.

Written after ``rest.BeforeCreate``, ``rest.BeforeUpdate`` and the metadata validation of Kubernetes; messages say what the
server's say. The document given is never changed.
"""

from __future__ import annotations

import base64
import uuid
from typing import TYPE_CHECKING, Any, Final

import msgspec

from stoker.errors import ObjectNotFound, ObjectRejected, ObjectTooLarge
from stoker.kube.cluster import CONFIGMAPS, KINDS, OBJECT_LIMIT, ROLEBINDINGS, SECRETS
from stoker.kube.memory import kinds, naming
from stoker.kube.merge_patch import merge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stoker.kube.cluster import Kind, Subresource

Json = dict[str, Any]
_WHOLE: Final[dict[Kind[Any], Kind[Any]]] = {kind: kind for kind in KINDS}
"""A writer may know an object by a slimmer kind; it is judged by the whole one."""
REQUEST_LIMIT: Final = 1536 * 1024
"""Bytes of any object's JSON that etcd takes."""
GENERATED: Final = 63 - 5
"""Characters of a ``generateName`` that are used."""
_FIXED: Final = ("name", "namespace", "uid", "deletionTimestamp")
_SERVERS: Final = ("creationTimestamp", "generation", "resourceVersion")


def new(kind: Kind[Any], namespace: str, body: Mapping[str, Any], moment: str) -> Json:
    """The object that a create makes of ``body``; ObjectRejected, ObjectTooLarge."""
    value: Json = kinds.translated(kind, merge({}, kinds.spelled_out(dict(body))))
    meta = value["metadata"] = dict(value.get("metadata") or {})
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = f"{meta['generateName'][:GENERATED]}{uuid.uuid4().hex[:5]}"
    if not meta.get("name"):
        raise ObjectRejected(f"a {kind} without metadata.name cannot be created; give it a name")
    _check_place(kind, namespace, value)
    if meta.get("resourceVersion"):
        raise ObjectRejected(f"{_where(kind, value)}: metadata.resourceVersion cannot be set on a new object")
    if kind.has_status and kind.plural != "pods":
        value.pop("status", None)
    for field in (*_FIXED[2:], *_SERVERS):
        meta.pop(field, None)
    if kind.namespaced:
        meta["namespace"] = namespace
    meta |= {"uid": str(uuid.uuid4()), "creationTimestamp": moment}
    if kind.has_status:
        meta["generation"] = 1
    return _checked(kind, value | {"apiVersion": kind.api_version, "kind": kind.kind})


def changed(kind: Kind[Any], before: Json, patch: Mapping[str, Any], subresource: Subresource) -> Json:
    """``before`` with the patch applied as far as the (sub)resource lets it; equal to it when nothing changes."""
    if subresource == "status":
        if not kind.has_status:
            raise ObjectNotFound(f"{_where(kind, before)} has no status subresource")
        patch = {"status": patch["status"]} if "status" in patch else {}
    elif kind.has_status:
        patch = {key: value for key, value in patch.items() if key != "status"}
    value: Json = kinds.translated(kind, merge(before, patch))
    if any(patch.get(field, before.get(field)) != before.get(field) for field in ("apiVersion", "kind")):
        raise ObjectRejected(f"{_where(kind, before)}: a patch cannot make another kind of it")
    if patch.get("metadata", True) is None or (patch.get("metadata") or {}).get("name", True) is None:
        raise ObjectRejected(f"{_where(kind, before)}: the patch takes the object's name; leave it alone")
    earlier = before["metadata"]
    meta = value["metadata"] = dict(value.get("metadata") or {})
    for field in _FIXED:
        if meta.get(field, earlier.get(field)) != earlier.get(field):
            raise ObjectRejected(f"{_where(kind, before)}: metadata.{field} is immutable; leave it out of the patch")
    for field in (*_FIXED, *_SERVERS):
        meta.pop(field, None)
        if field in earlier:
            meta[field] = earlier[field]
    _check_update(kind, before, value)
    value = _tidy(kind, value)
    if kind.has_status and _intent(value) != _intent(before):
        meta["generation"] = earlier.get("generation", 1) + 1
    return value if value == before else _checked(kind, value)


def doomed(before: Json, moment: str) -> Json:
    """The object as it waits for its finalizers. A server moves the generation too: what is wanted has changed."""
    meta = {**before["metadata"], "deletionTimestamp": moment}
    if "generation" in meta:
        meta["generation"] += 1
    return {**before, "metadata": meta}


def _check_place(kind: Kind[Any], namespace: str, value: Json) -> None:
    meta, where = value["metadata"], _where(kind, value)
    if bool(namespace) != kind.namespaced:
        raise ObjectRejected(f"{where}: {'a namespace is needed' if kind.namespaced else 'it has no namespace'}")
    if meta.get("namespace", namespace) != namespace:
        raise ObjectRejected(f"{where}: metadata.namespace is not the namespace {namespace} that it is created in")
    for field, wanted in (("apiVersion", kind.api_version), ("kind", kind.kind)):
        if value.get(field, wanted) != wanted:
            raise ObjectRejected(f"{where}: {field} must be {wanted}")


def _check_update(kind: Kind[Any], before: Json, value: Json) -> None:
    if kind.plural == ROLEBINDINGS.plural and value.get("roleRef") != before.get("roleRef"):
        raise ObjectRejected(
            f"{_where(kind, before)}: roleRef cannot be changed; delete the binding and create it anew"
        )
    earlier, meta = before["metadata"], value["metadata"]
    added = set(meta.get("finalizers") or []) - set(earlier.get("finalizers") or [])
    if earlier.get("deletionTimestamp") and added:
        raise ObjectRejected(f"{_where(kind, before)}: no finalizers can be added while the object is being deleted")


def _checked(kind: Kind[Any], value: Json) -> Json:
    """``value`` in order, when it decodes, its labels are labels, and it is within the limits."""
    value, where = _tidy(kind, value), _where(kind, value)
    try:
        decoded = msgspec.convert(value, _WHOLE.get(kind, kind).type)
    except msgspec.ValidationError as error:
        raise ObjectRejected(f"{where}: {error}") from None
    for place, must in (*naming.faults(kind, value), *kinds.faults(kind, value)):
        told = f"{where}: {place} {must}"
        raise ObjectTooLarge(told) if must.startswith("too long") else ObjectRejected(told)
    _check_size(kind, where, value, decoded)
    return value


def _check_size(kind: Kind[Any], where: str, value: Json, decoded: Any) -> None:
    if kind.plural in {CONFIGMAPS.plural, SECRETS.plural}:
        size = sum(_length(kind, where, key, text) for key, text in decoded.data.items())
        limit, told = OBJECT_LIMIT, "1 MiB"
    else:
        size, limit, told = len(msgspec.json.encode(value)), REQUEST_LIMIT, "1.5 MiB"
    if size > limit:
        raise ObjectTooLarge(f"{where}: {size} bytes pass the limit of {told}")


def _length(kind: Kind[Any], where: str, key: str, text: str) -> int:
    if kind.plural == CONFIGMAPS.plural:
        return len(text.encode())
    try:
        return len(base64.b64decode(text, validate=True))
    except ValueError:
        raise ObjectRejected(f"{where}: data.{key} is not base64") from None


def _tidy(kind: Kind[Any], value: Json) -> Json:
    """Without the empty lists and maps that a server's types leave out, or removing nothing would be a change."""
    meta = value["metadata"]
    for field in ("labels", "annotations", "finalizers", "ownerReferences"):
        if field in meta and not meta[field]:
            del meta[field]
    if kind.plural in {CONFIGMAPS.plural, SECRETS.plural} and not value.get("data", True):
        value = {key: item for key, item in value.items() if key != "data"}
    return value


def _intent(value: Json) -> Json:
    return {key: item for key, item in value.items() if key not in {"metadata", "status"}}


def _where(kind: Kind[Any], value: Json) -> str:
    meta = value["metadata"]
    return f"{kind.plural} {meta.get('namespace', '')}/{meta.get('name', '')}"
