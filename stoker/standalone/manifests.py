"""Judges documents and makes of them the wanted state: resources, Secrets and gateways.

Owns: which kinds are taken, names, ``stringData``, and that every fault of every file is found in one reading, with its
file, document and field. It knows neither the object store nor how anything is applied: the same input gives the same
value, so a broken edit can be reported while the last good value stays in force.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

import msgspec

from stoker.api.objects import GatewaySync
from stoker.api.spec import parse_spec
from stoker.errors import ManifestInvalid, SpecInvalid
from stoker.kube.cluster import GATEWAYSYNCS, PODS, SECRETS, Kind
from stoker.standalone.documents import Document, Place, read_documents
from stoker.standalone.gateways import Gateway, assumed_pod, bind_gateways
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

KINDS: dict[tuple[str, str], Kind[Any]] = {
    (kind.api_version, kind.kind): kind for kind in (SECRETS, GATEWAYSYNCS, PODS)
}
# Part of many files that are also applied to a cluster; here a namespace exists by being named.
PASSED_OVER = ("v1", "Namespace")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
# What the server sets, or another writer owns: present in files that were dumped from a cluster, never applied.
KEPT_METADATA = ("name", "namespace", "labels", "annotations")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Manifest(Value, frozen=True):
    """One wanted object: ``body`` is what is applied, without nulls, status and server-set metadata."""

    kind: Kind[Any]
    namespace: str
    name: str
    body: dict[str, Any]
    place: Place | None

    def __repr__(self) -> str:
        return f"Manifest({self.kind.kind} {self.namespace}/{self.name})"

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, namespace and name: what makes two documents the same object."""
        return self.kind.kind, self.namespace, self.name


class Manifests(Value, frozen=True):
    """The wanted state. ``concerns`` are lines that forbid a start and are only warned of in a re-reading."""

    objects: tuple[Manifest, ...]
    gateways: tuple[Gateway, ...]
    concerns: tuple[str, ...]


def load_manifests(paths: Sequence[Path], *, data_dir: Path | None, host: str) -> Manifests:
    """Read and judge ``paths``; ``data_dir`` overrides the only Pod's volume, or makes one Pod named after ``host``.

    Raises ManifestInvalid whose message holds one line per fault. Blocking.
    """
    documents, faults = read_documents(paths)
    objects: dict[tuple[str, str, str], Manifest] = {}
    for document in documents:
        manifest = _judge(document, faults)
        if manifest is None:
            continue
        earlier = objects.setdefault(manifest.key, manifest)
        if earlier is not manifest:
            faults.append(
                f"{manifest.place}: {manifest.kind.kind} {manifest.namespace}/{manifest.name} is also in "
                f"{earlier.place}; keep one of them"
            )
    if not objects and not faults:
        faults.append(f"{', '.join(map(str, paths))}: holds no object; write at least one GatewaySync")
    return _with_gateways(list(objects.values()), data_dir, host, faults)


def _with_gateways(objects: list[Manifest], data_dir: Path | None, host: str, faults: list[str]) -> Manifests:
    resources = [msgspec.convert(m.body, GatewaySync) for m in objects if m.kind is GATEWAYSYNCS]
    pods = [m for m in objects if m.kind is PODS]
    others = [m for m in objects if m.kind is not PODS]
    if not pods and data_dir is not None:
        namespace = min((r.metadata.namespace for r in resources), default="default")
        pods = [Manifest(PODS, namespace, host, assumed_pod(namespace, host, data_dir), None)]
    bound = bind_gateways([(m.body, str(m.place or "--data-dir")) for m in pods], resources, data_dir)
    if faults or bound.faults:
        raise ManifestInvalid("\n".join((*faults, *bound.faults)))
    concerns = list(bound.concerns)
    if not bound.gateways and not concerns:
        concerns.append("no gateway: add a Pod with a hostPath volume to the manifests, or give --data-dir")
    running = tuple(
        Manifest(PODS, body["metadata"]["namespace"], body["metadata"]["name"], body, None) for body in bound.pods
    )
    return Manifests((*others, *running), bound.gateways, tuple(concerns))


def _judge(document: Document, faults: list[str]) -> Manifest | None:
    """The manifest of one document; None when it cannot be used, its faults appended."""
    body: dict[str, Any] = without_nulls(document.body)
    found: list[str] = []
    named = str(body.get("apiVersion")), str(body.get("kind"))
    kind = KINDS.get(named)
    if kind is None and named == PASSED_OVER:
        return None
    if kind is None:
        known = ", ".join(f"{kind} ({version})" for version, kind in KINDS)
        faults.append(
            f"{document.place}: kind: {body.get('kind')!r} with apiVersion {body.get('apiVersion')!r} is not used "
            f"here; known are {known}"
        )
        return None
    namespace, name, metadata = _metadata(body.get("metadata"), found)
    kept = {key: value for key, value in body.items() if key != "status"} | {"metadata": metadata}
    checks: dict[str, Callable[[dict[str, Any], str], list[str]]] = {"Secret": _secret, "GatewaySync": _resource}
    found.extend(checks.get(kind.kind, _nothing)(kept, name))
    faults.extend(f"{document.place}: {kind.kind} {name or '(no name)'}: {fault}" for fault in found)
    return None if found else Manifest(kind, namespace, name, kept, document.place)


def _metadata(raw: Any, faults: list[str]) -> tuple[str, str, dict[str, Any]]:
    if not isinstance(raw, dict):
        faults.append("metadata: is missing; it must hold a name")
        return "", "", {}
    name = raw.get("name", "")
    if not isinstance(name, str) or not SUBDOMAIN.fullmatch(name) or len(name) > 253:
        faults.append(f"metadata.name: {name!r} must be lower-case letters, digits, '-' and '.'")
        name = ""
    namespace = raw.get("namespace", "default")
    if not isinstance(namespace, str) or not LABEL.fullmatch(namespace) or len(namespace) > 63:
        faults.append(f"metadata.namespace: {namespace!r} must be at most 63 lower-case letters, digits and '-'")
        namespace = "default"
    for part in ("labels", "annotations"):
        faults.extend(f"metadata.{part}{fault}" for fault in _texts(raw.get(part, {})))
    kept = {key: raw[key] for key in KEPT_METADATA if key in raw}
    if isinstance(kept.get("annotations"), dict):
        kept["annotations"] = {key: value for key, value in kept["annotations"].items() if key != LAST_APPLIED}
    return namespace, name, kept | {"namespace": namespace}


def _texts(raw: Any) -> list[str]:
    if not isinstance(raw, dict):
        return [": must be a map of text to text"]
    return [
        f".{key}: must be text; put quotes round it"
        for key, value in raw.items()
        if not isinstance(key, str) or not isinstance(value, str)
    ]


def _resource(body: dict[str, Any], name: str) -> list[str]:
    try:
        parse_spec(body.get("spec"), name=name)
    except SpecInvalid as error:
        return [f"{path}: {text}" for path, text in error.faults] or [str(error)]
    return []


def _secret(body: dict[str, Any], _name: str) -> list[str]:
    """Fold ``stringData`` into ``data``, as the server does; faults name the key and never the value."""
    plain, encoded = body.pop("stringData", {}), body.get("data", {})
    faults = [f"stringData{fault}" for fault in _texts(plain)] + [f"data{fault}" for fault in _texts(encoded)]
    if faults:
        return faults
    packed = {key: "".join(value.split()) for key, value in encoded.items()}
    for key, value in packed.items():
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error:
            faults.append(f"data.{key}: is not base64; plain text belongs under stringData")
    body["data"] = packed | {key: base64.b64encode(text.encode()).decode() for key, text in plain.items()}
    return faults


def _nothing(_body: dict[str, Any], _name: str) -> list[str]:
    return []


def without_nulls(value: Any) -> Any:
    """``value`` without keys that hold null: in an applied file they mean "not set", in a merge patch "remove"."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
