"""The values of the chart: names, defaults and sentences from ``values.yaml``, what they may be from its schema."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from reference.table import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

CHART: Final = Path(__file__).resolve().parents[1] / "helm" / "stoker"
_KEY: Final = re.compile(r"( *)([A-Za-z]\w*):(?: (.*))?")


def page() -> str:
    """One table, in the order of the file."""
    lines = [
        "# Values of the Helm chart: names, defaults, what they do",
        "",
        "A name that is not here is refused, so that a typo never passes unnoticed; `global` may hold anything.",
        "",
        *table(("value", "default", "may be", "meaning"), rows()),
    ]
    return "\n".join([*lines, ""])


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Each value with the sentence above it; a group of values has a row of its own when there is one above it."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    for path, sentence in _sentences():
        rule = _below(schema, path)
        if rule.get("additionalProperties") is not False:
            if rule:  # else it is an entry of a map
                yield code(path), code(json.dumps(_default(defaults, path))), _kind(rule), sentence
        elif sentence:
            yield code(path), "", "", sentence


def _sentences() -> Iterator[tuple[str, str]]:
    """Every key's path, and the comment right above it."""
    path: list[tuple[int, str]] = []
    comment: list[str] = []
    for line in (CHART / "values.yaml").read_text(encoding="utf-8").splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            comment.append(stripped.removeprefix("#").strip())
        elif found := _KEY.fullmatch(line):
            depth = len(found[1])
            path = [*(one for one in path if one[0] < depth), (depth, found[2])]
            yield ".".join(name for _, name in path), " ".join(comment)
            comment = []
        elif not stripped:
            comment = []


def _below(schema: dict[str, Any], path: str) -> dict[str, Any]:
    for name in path.split("."):
        schema = schema.get("properties", {}).get(name, {})
    return schema


def _default(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values[name]
    return values


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(code(one) if one else "empty" for one in schema["enum"] if not isinstance(one, bool))
    if "oneOf" in schema:
        return "a number, a percentage or empty"
    if schema["type"] == "array":
        return f"list of {_kind(schema['items'])}s"
    words = {"boolean": "true, false", "object": "map", "string": "text", "integer": "whole number"}
    if isinstance(schema["type"], list):
        return " or ".join(words[one] for one in schema["type"])
    kind = words[schema["type"]]
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return kind
