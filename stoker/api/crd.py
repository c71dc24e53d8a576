"""The CustomResourceDefinition, generated from the types.

The schema comes from msgspec and is made structural here: references are inlined, ``anyOf`` with int and str becomes
``x-kubernetes-int-or-string``, unknown fields are left to the API server's pruning. CEL rules say at apply time what plain
schema cannot; ``faults`` holds their twins. The bounds on lengths and counts are what CEL's cost estimate needs.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

import msgspec

from stoker.api import names
from stoker.api.spec import Spec
from stoker.api.status import Status

Schema = dict[str, Any]

_RELATIVE = (
    {"rule": "!self.startsWith('/')", "message": "must be relative: remove the leading slash"},
    {"rule": "!self.matches('(^|/)[.][.](/|$)')", "message": "must not have a '..' component: name the place itself"},
)
_IDENTIFIERS = {
    "rule": "self.all(key, key.matches('^[A-Za-z_][A-Za-z0-9_]*$'))",
    "message": "a variable's name must be letters, digits and _, not beginning with a digit",
}
_ONE_AUTH = {
    "rule": "[has(self.token), has(self.sshKey), has(self.githubApp)].filter(given, given).size() <= 1",
    "message": "only one of token, sshKey and githubApp may be given: remove the others",
}
_INTERVAL = {
    "rule": "self == '' || (self.matches('^([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|ms|s|m|h)"
    "(([0-9]+([.][0-9]*)?|[.][0-9]+)(ns|us|ms|s|m|h))*$') && duration(self) > duration('0s'))",
    "message": "must be a duration above zero, such as 30s, 5m or 1h30m",
}
_PATCH_FILE = {
    "rule": "!has(self.type) || self.type != 'dir' || !has(self.patches)"
    " || self.patches.all(patch, has(patch.file) && patch.file != '')",
    "message": "a patch of a directory must say which file: give patches[].file a glob",
}
_PROFILE_NAMES = {
    "rule": "self.all(name, size(name) > 0 && size(name) <= 63)",
    "message": "a profile's name has 1 to 63 characters",
}
_NAME = {"rule": "size(self.metadata.name) <= 63", "message": "metadata.name has more than 63 characters: shorten it"}


@functools.cache
def _spec_schema() -> Schema:
    return _structural(Spec)


def spec_schema() -> Schema:
    """The closed JSON schema of ``spec``: unknown fields are faults (the CRD leaves that to pruning)."""
    return copy.deepcopy(_spec_schema())


def schema() -> Schema:
    """The OpenAPI schema of the whole object, as the CRD carries it."""
    spec = _opened(spec_schema())
    _add_rules(spec)
    status = _opened(_structural(Status))
    status["properties"]["conditions"] |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
    return {
        "type": "object",
        "description": "Which files of a git repository belong on which Ignition gateways.",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
            "status": status,
        },
        "x-kubernetes-validations": [_NAME],
    }


def crd() -> dict[str, Any]:
    """The CustomResourceDefinition as a plain document."""
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
                    "schema": {"openAPIV3Schema": schema()},
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
        elif key == "default" and value in ({}, []):
            continue  # an empty default says nothing, and a struct's default would be spelt in Python's names
        else:
            result[key] = _inline(value, definitions) if key in {"items", "additionalProperties"} else value
    return _plain(result)


def _plain(node: Schema) -> Schema:
    if "description" in node:
        node["description"] = " ".join(node["description"].split())
    if node.get("enum") and "type" not in node:
        node["type"] = "string"
    return node


def _union(node: Schema, definitions: dict[str, Any]) -> Schema:
    """The two unions that the types use: int or str, and T or unset (which msgspec shows as T alone)."""
    kinds = [_inline(item, definitions) for item in node["anyOf"]]
    if {kind.get("type") for kind in kinds} == {"integer", "string"}:
        return {"x-kubernetes-int-or-string": True}
    raise TypeError(f"no structural schema for {kinds}")


def _opened(node: Schema) -> Schema:
    """Without ``additionalProperties: false``, which structural schemas forbid beside properties."""
    result: Schema = {}
    for key, value in node.items():
        if key == "additionalProperties" and value is False:
            continue
        if key == "properties":
            result[key] = {name: _opened(item) for name, item in value.items()}
        else:
            result[key] = (
                _opened(value) if isinstance(value, dict) and key in {"items", "additionalProperties"} else value
            )
    return result


def _add_rules(spec: Schema) -> None:
    properties = spec["properties"]
    properties["git"]["properties"]["auth"]["x-kubernetes-validations"] = [_ONE_AUTH]
    properties["polling"]["properties"]["interval"]["x-kubernetes-validations"] = [_INTERVAL]
    sync = properties["sync"]["properties"]
    sync["profiles"]["x-kubernetes-validations"] = [_PROFILE_NAMES]
    profile = sync["profiles"]["additionalProperties"]["properties"]
    for place in (sync["defaults"]["properties"], profile):
        place["vars"]["x-kubernetes-validations"] = [_IDENTIFIERS]
    mapping = profile["mappings"]["items"]
    mapping["x-kubernetes-validations"] = [_PATCH_FILE]
    for field in ("source", "destination"):
        mapping["properties"][field]["x-kubernetes-validations"] = list(_RELATIVE)
