"""How things may be called: objects, labels, annotations, finalizers, the keys of maps. Pure.

Written after ``k8s.io/apimachinery/pkg/util/validation`` and the validation of each kind, and held against a real server by
the contract tests. Whatever is wrong is told as (place, what it must be); the caller says of which object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, NAMESPACES, ROLEBINDINGS, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stoker.kube.cluster import Kind

ANNOTATIONS_LIMIT: Final = 256 * 1024
"""Bytes of all annotations together."""
_PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_DNS: Final = re.compile(_PART)
_SUBDOMAIN: Final = re.compile(rf"{_PART}(\.{_PART})*")
_QUALIFIED: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_KEY: Final = re.compile(r"[-._a-zA-Z0-9]+")
_VALUE: Final = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_BARE_FINALIZERS: Final = frozenset({"foregroundDeletion", "orphan", "kubernetes"})

Fault = tuple[str, str]


def faults(kind: Kind[Any], value: Mapping[str, Any]) -> Iterator[Fault]:
    """Whatever is called wrongly in an object that decodes."""
    meta = value["metadata"]
    if not _is_name(kind, meta["name"]):
        yield "metadata.name", "must be at most 253 lower-case letters, digits, '-' and '.'"
    for key, label in (meta.get("labels") or {}).items():
        if not _is_qualified(key):
            yield (
                f"label {key}",
                "must be a name of letters, digits, '-', '_' and '.', with or without a domain before a slash",
            )
        if len(label) > 63 or not _VALUE.fullmatch(label):
            yield f"label {key}", "must be at most 63 letters, digits, '-', '_' and '.'"
    yield from _annotation_faults(meta.get("annotations") or {})
    for name in meta.get("finalizers") or []:
        bare = "/" not in name and name not in _BARE_FINALIZERS and kind.plural != GATEWAYSYNCS.plural
        if not _is_qualified(name) or bare:  # of a custom resource a server only warns
            yield f"finalizer {name}", "must be a domain, a slash and a name"
    yield from _owner_faults(meta.get("ownerReferences") or [])
    if kind.plural in {CONFIGMAPS.plural, SECRETS.plural}:
        for key in value.get("data") or {}:
            if len(key) > 253 or not _KEY.fullmatch(key) or key == "." or key.startswith(".."):
                yield f"data[{key[:60]}]", "must be at most 253 letters, digits, '-', '_' and '.'"


def _annotation_faults(annotations: Mapping[str, str]) -> Iterator[Fault]:
    for key in annotations:
        if not _is_qualified(key.lower()):
            yield (
                f"annotation {key[:60]}",
                "must be a name of letters, digits, '-', '_' and '.', perhaps after a domain",
            )
    if sum(len(key.encode()) + len(text.encode()) for key, text in annotations.items()) > ANNOTATIONS_LIMIT:
        yield "metadata.annotations", "too long: together they may take 256 KiB"


def _owner_faults(owners: list[Any]) -> Iterator[Fault]:
    for owner in owners:
        lacking = [field for field in ("apiVersion", "kind", "name", "uid") if not owner.get(field)]
        if lacking:
            yield f"metadata.ownerReferences.{lacking[0]}", "must not be empty"
    if sum(owner.get("controller") is True for owner in owners) > 1:
        yield "metadata.ownerReferences", "only one owner may be the controller"


def _is_name(kind: Kind[Any], name: str) -> bool:
    if kind.plural == ROLEBINDINGS.plural:
        return name not in {".", ".."} and not set(name) & {"/", "%"}
    if kind.plural == NAMESPACES.plural:
        return len(name) <= 63 and bool(_LABEL_DNS.fullmatch(name))
    return len(name) <= 253 and bool(_SUBDOMAIN.fullmatch(name))


def _is_qualified(key: str) -> bool:
    domain, slash, name = key.rpartition("/")
    if slash and not (len(domain) <= 253 and _SUBDOMAIN.fullmatch(domain)):
        return False
    return len(name) <= 63 and bool(_QUALIFIED.fullmatch(name))
