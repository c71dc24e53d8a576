"""What a server asks of one kind of object and of no other. Pure; faults are (place, what it must be)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from stoker.kube.cluster import EVENTS, LEASES, ROLEBINDINGS, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stoker.kube.cluster import Kind
    from stoker.kube.memory.naming import Fault

    Json = dict[str, Any]

_MICRO_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[-+]\d\d:\d\d)")
"""metav1.MicroTime is read with exactly six digits of a second."""


def spelled_out(value: Json) -> Json:
    """A new object's nulls as a server's types read them: nothing, but in a map of texts an empty text."""
    meta = value.get("metadata") or {}
    texts = {field: _empty(meta[field]) for field in ("labels", "annotations") if meta.get(field)}
    spelled = {**value, "metadata": {**meta, **texts}}
    return {**spelled, "data": _empty(value["data"])} if value.get("data") else spelled


def _empty(texts: Any) -> Any:
    if not isinstance(texts, Mapping):
        return texts
    return {key: "" if text is None else text for key, text in texts.items()}


def translated(kind: Kind[Any], value: Json) -> Json:
    """With what is only for writing turned into what is stored: a Secret's ``stringData``."""
    if kind.plural != SECRETS.plural or "stringData" not in value:
        return value
    texts = value["stringData"] or {}
    encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    stored = {key: item for key, item in value.items() if key != "stringData"}
    return stored | {"data": {**(stored.get("data") or {}), **encoded}}


def faults(kind: Kind[Any], value: Json) -> Iterator[Fault]:
    """What is wrong with an object that decodes."""
    if kind.plural == EVENTS.plural:
        about = (value.get("involvedObject") or {}).get("namespace", "")
        if about != value["metadata"].get("namespace", ""):
            yield "involvedObject.namespace", "does not match event.namespace"
    elif kind.plural == ROLEBINDINGS.plural:
        if (value.get("roleRef") or {}).get("kind") not in {"Role", "ClusterRole"}:
            yield "roleRef.kind", "must be Role or ClusterRole"
    elif kind.plural == LEASES.plural:
        yield from _lease_faults(value.get("spec") or {})


def _lease_faults(spec: Json) -> Iterator[Fault]:
    for field in ("renewTime", "acquireTime"):
        if spec.get(field) is not None and not _MICRO_TIME.fullmatch(str(spec[field])):
            yield f"spec.{field}", "must be a time with six digits of a second"
    for field, least in (("leaseDurationSeconds", 1), ("leaseTransitions", 0)):
        number = spec.get(field)
        if number is not None and (not isinstance(number, int) or number < least):
            yield f"spec.{field}", f"must be a number of at least {least}"
