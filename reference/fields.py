"""The fields of a GatewaySync, from the schema that the API server gets and the defaults that our decoder has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reference.table import code, table
from stoker.api import prose
from stoker.api.crd import crd, spec_schema
from stoker.api.rules import NAME_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Row = tuple[str, str, str, str, str]


def page() -> str:
    """Spec, status and the columns of kubectl."""
    version = crd()["spec"]["versions"][0]
    root = version["schema"]["openAPIV3Schema"]
    lines = [
        "# GatewaySync: every field, its default and what it may be",
        "",
        f"Namespaced; short name `gs`; its name has at most {NAME_LIMIT} characters. `kubectl explain gs.spec` tells the same.",
        "A field that is null is as good as absent.",
        "",
        "## spec",
        "",
        *table(
            ("field", "type", "default", "may be", "meaning"),
            _rows(root["properties"]["spec"], spec_schema(), "spec", required=True),
        ),
        "",
        "## status",
        "",
        "Written by the controller alone.",
        "",
        *table(
            ("field", "type", "meaning"),
            (
                (field, kind, meaning)
                for field, kind, _, _, meaning in _rows(root["properties"]["status"], {}, "status", required=True)
            ),
        ),
        "",
        "## Columns of `kubectl get gs`",
        "",
        *table(
            ("column", "shows", ""),
            (
                (column["name"], code(column["jsonPath"]), "with `-o wide`" if column.get("priority") else "")
                for column in version["additionalPrinterColumns"]
            ),
        ),
        "",
    ]
    return "\n".join(lines)


def _rows(node: Schema, ours: Schema, path: str, *, required: bool) -> Iterator[Row]:
    """A row for the field and those below. ``ours`` is the same place in our decoder's schema, which keeps all defaults."""
    entry = path.endswith(("[]", ".*"))
    if not entry or "properties" in node:
        yield (
            code(path.replace(".*", ".NAME")),
            _kind(node),
            _default(node, ours, path, required=required),
            "; ".join(_bounds(node)),
            prose.of(path),
        )
    for name, item in node.get("properties", {}).items():
        below = ours.get("properties", {}).get(name, {})
        yield from _rows(item, below, f"{path}.{name}", required=name in node.get("required", ()))
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if key in node:
            yield from _rows(node[key], ours.get(key) or {}, path + mark, required=False)


def _kind(node: Schema) -> str:
    if node.get("x-kubernetes-int-or-string"):
        return "integer or string"
    if node.get("type") == "array":
        return f"list of {_kind(node['items'])}"
    if "additionalProperties" in node:
        return f"map of {_kind(node['additionalProperties'])}"
    return str(node["type"])


def _default(node: Schema, ours: Schema, path: str, *, required: bool) -> str:
    if required:
        return "**required**"
    if "default" in ours:
        return code(json.dumps(ours["default"]))
    inherited = (
        path.startswith("spec.sync.profiles.*.") and "[]" not in path and node.get("type") not in {"array", "object"}
    )
    return "inherited" if inherited else ""


def _bounds(node: Schema) -> Iterator[str]:
    """What a value may be, in words; entries of maps and items of lists included."""
    if "enum" in node:
        yield ", ".join(code(word or '""') for word in node["enum"])
    if "minimum" in node or "maximum" in node:
        yield f"{node.get('minimum', '')} to {node.get('maximum', '')}".strip()
    for least, most, what in (
        ("minLength", "maxLength", "characters"),
        ("minItems", "maxItems", "items"),
        ("minProperties", "maxProperties", "entries"),
    ):
        if most in node:
            yield f"{node.get(least, 0)} to {node[most]} {what}"
    for rule in node.get("x-kubernetes-validations", ()):
        yield str(rule["message"])
    for key in ("items", "additionalProperties"):
        inner = node.get(key, {})
        if inner and "properties" not in inner and (said := "; ".join(_bounds(inner))):
            yield f"each {said}"
