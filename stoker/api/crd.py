"""The CustomResourceDefinition, generated from the types.

The schema comes from msgspec and is made structural here: references are inlined, ``anyOf`` with int and str becomes
``x-kubernetes-int-or-string``, unknown fields are left to the API server's pruning. What plain schema cannot say are the
CEL rules of ``rules``. The bound on ``metadata.name`` is schema and no rule: a rule at the root is judged anew with every
change of the object, so that an object that an older CRD let in could never lose its finalizer.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

import msgspec
import yaml

from stoker.api import names, prose, rules
from stoker.api.spec import Spec
from stoker.api.status import Status

Schema = dict[str, Any]


@functools.cache
def _spec_schema() -> Schema:
    return _structural(Spec)


def spec_schema() -> Schema:
    """The closed JSON schema of ``spec``: unknown fields are faults (the CRD leaves that to pruning)."""
    return copy.deepcopy(_spec_schema())


def object_schema() -> Schema:
    """The OpenAPI schema of the whole object, as the CRD carries it."""
    spec = _opened(spec_schema())
    _add_rules(spec)
    # Status is what was written: defaults would have the API server say what nobody observed.
    status = _without_defaults(_opened(_structural(Status)))
    conditions = status["properties"]["conditions"]
    conditions |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
    # A condition is written whole. Told so, the API server keeps one entry for each in managedFields and not seven, which were
    # a sixth of an object that it reads and writes with every change.
    conditions["items"]["x-kubernetes-map-type"] = "atomic"
    return {
        "type": "object",
        "description": "Which files of a git repository belong on which Ignition gateways.",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {
                "type": "object",
                "properties": {"name": {"type": "string", "maxLength": rules.NAME_LIMIT}},
            },
            "spec": _described(spec, "spec"),
            "status": _described(status, "status"),
        },
    }


def crd() -> dict[str, Any]:
    """The CustomResourceDefinition as a plain document, in which nothing is shared (YAML would write anchors)."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_crd()))
    return document


def as_yaml() -> str:
    """The text that ``stoker crd`` prints and that the repository keeps as ``crds/gatewaysyncs.stoker.io.yaml``."""
    text: str = yaml.safe_dump(crd(), sort_keys=False, width=120, allow_unicode=True)
    return text


def _crd() -> dict[str, Any]:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names.PLURAL}.{names.GROUP}"},
        "spec": {
            "group": names.GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": names.KIND,
                "listKind": f"{names.KIND}List",
                "plural": names.PLURAL,
                "singular": names.KIND.lower(),
                "shortNames": [names.SHORT_NAME],
            },
            "versions": [
                {
                    "name": names.VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": _columns(),
                    "schema": {"openAPIV3Schema": object_schema()},
                }
            ],
        },
    }


def _columns() -> list[dict[str, Any]]:
    def message(kind: str) -> str:
        return f".status.conditions[?(@.type=='{kind}')].message"

    def column(name: str, path: str, *, kind: str = "string", priority: int = 0) -> dict[str, Any]:
        return {"name": name, "type": kind, "jsonPath": path} | ({"priority": priority} if priority else {})

    return [
        column("Ref", ".status.lastSyncRef"),
        column("Gateways", message("AllGatewaysSynced")),
        column("Ready", ".status.conditions[?(@.type=='Ready')].status"),
        column("Status", message("Ready")),
        column("Commit", ".status.lastSyncCommitShort", priority=1),
        column("Profiles", ".status.profileCount", kind="integer", priority=1),
        column("Last Sync", ".status.lastSyncTime", kind="date", priority=1),
        column("Age", ".metadata.creationTimestamp", kind="date"),
    ]


def _structural(kind: Any) -> Schema:
    (root,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    result: Schema = _inline(root, definitions)
    return result


def _inline(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].rsplit("/", 1)[1]]
        return _inline({**target, **{key: value for key, value in node.items() if key != "$ref"}}, definitions)
    if "anyOf" in node:
        return _union(node, definitions)
    result = {}
    for key, value in node.items():
        if key == "title" or (key == "required" and not value):
            continue
        if key == "properties":
            result[key] = {name: _inline(item, definitions) for name, item in value.items()}
        elif key == "default" and value in ({}, [], (), ""):
            continue  # an empty default says nothing, and a struct's default would be spelt in Python's names
        else:
            result[key] = _inline(value, definitions) if key in {"items", "additionalProperties"} else value
    return _plain(result)


def _plain(node: Schema) -> Schema:
    if "description" in node:
        node["description"] = " ".join(node["description"].replace("``", "`").split())
    if node.get("enum") and "type" not in node:
        node["type"] = "string"
    return node


def _union(node: Schema, definitions: dict[str, Any]) -> Schema:
    """The two unions that the types use: int or str, and T or unset (which msgspec shows as T alone)."""
    kinds = [_inline(item, definitions) for item in node["anyOf"]]
    if [kind.get("type") for kind in kinds] == ["integer", "string"]:
        return {**kinds[1], "type": ["integer", "string"]}
    raise TypeError(f"no structural schema for {kinds}")


def _opened(node: Schema) -> Schema:
    """What the API server takes of a schema.

    No ``additionalProperties: false`` and no lists of types, neither of which a structural schema may have; no defaults
    inside lists: those who apply manifests (kubectl, Argo CD) compare lists as a whole, and would find a difference for ever.
    Patterns end in $, for these are RE2's.
    """
    result: Schema = {}
    for key, value in node.items():
        if key == "additionalProperties" and value is False:
            continue
        if key == "type" and value == ["integer", "string"]:
            result |= {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}
            continue
        if key == "properties":
            result[key] = {name: _opened(item) for name, item in value.items()}
        elif key == "pattern":
            result[key] = value.replace("\\Z", "$")
        elif key == "items":
            result[key] = _without_defaults(_opened(value))
        else:
            result[key] = _opened(value) if isinstance(value, dict) and key == "additionalProperties" else value
    return result


def _without_defaults(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_defaults(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _without_defaults(value) for key, value in node.items() if key != "default"}


def _described(node: Schema, path: str) -> Schema:
    """With a sentence on every field, for `kubectl explain`; items and entries that are no objects need none."""
    entry = path.endswith(("[]", ".*"))
    result: Schema = {} if entry and "properties" not in node else {"description": prose.of(path)}
    result |= {key: value for key, value in node.items() if key != "description"}
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if key in node:
            result[key] = _described(node[key], path + mark)
    if "properties" in node:
        result["properties"] = {name: _described(item, f"{path}.{name}") for name, item in node["properties"].items()}
    return result


def _add_rules(spec: Schema) -> None:
    properties = spec["properties"]
    properties["git"]["properties"]["auth"]["x-kubernetes-validations"] = [dict(rules.ONE_AUTH)]
    properties["polling"]["properties"]["interval"]["x-kubernetes-validations"] = [dict(rules.INTERVAL)]
    sync = properties["sync"]["properties"]
    sync["profiles"]["x-kubernetes-validations"] = [dict(rules.PROFILE_NAMES)]
    profile = sync["profiles"]["additionalProperties"]["properties"]
    for place in (sync["defaults"]["properties"], profile):
        place["vars"]["x-kubernetes-validations"] = [dict(rules.IDENTIFIERS)]
    mapping = profile["mappings"]["items"]
    mapping["x-kubernetes-validations"] = [dict(rules.PATCH_FILE)]
    for field in ("source", "destination"):
        mapping["properties"][field]["x-kubernetes-validations"] = [dict(rule) for rule in rules.RELATIVE]
