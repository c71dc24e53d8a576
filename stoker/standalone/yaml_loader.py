"""YAML as the text of objects: what ``kubectl`` would take for JSON, within bounds.

Owns: which YAML counts, and that every fault in it is a ``YAMLError`` with its line, where PyYAML itself lets Python's
own errors through. Timestamps and times of day stay text: to ``kubectl`` an unquoted ``2026-01-02T03:04:05Z`` is text,
and so is ``6:30``, which YAML 1.1 takes for 390; an annotation or a variable that holds one must arrive as written. It
knows nothing of files and of what a document means.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

# Far above any manifest. A few lines of YAML whose aliases name each other stand for billions of values, and a reading
# that was given up goes on in its thread until the memory is gone; what nests deeper ends in Python's own recursion limit.
MAX_DEPTH = 64
MAX_VALUES = 500_000
UNUSABLE = "a value here cannot be read as its form or its tag says; put quotes round it"
# What JSON has: sets, bytes and the like have no place in an object.
TYPES = ("null", "bool", "int", "float", "str", "seq", "map")


class Loader(yaml.SafeLoader):
    """YAML without timestamps, with duplicate keys refused (the second would silently win), and bounded.

    An alias counts as all that it stands for: that is what every reader after this one walks through.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0
        self._values = 0
        self._weights: dict[yaml.Node | None, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        alias = self.check_event(yaml.AliasEvent)
        before, self._depth = self._values, self._depth + 1
        if self._depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"nests deeper than {MAX_DEPTH} levels", mark)
        node = super().compose_node(parent, index)
        if alias and node not in self._weights:
            raise yaml.composer.ComposerError(None, None, "an alias stands inside what it names", mark)
        self._values += self._weights[node] if alias else 1
        if self._values > MAX_VALUES:
            raise yaml.composer.ComposerError(
                None, None, f"holds more than {MAX_VALUES} values, aliases included", mark
            )
        self._weights.setdefault(node, self._values - before)
        self._depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep=deep)
            if isinstance(value, str):
                value.encode()  # half a surrogate pair, which "\\ud800" makes, fits in no file and no request
        except (ValueError, KeyError, AttributeError):  # what PyYAML lets through of 0x_, of !!int x, of !!timestamp x
            raise yaml.constructor.ConstructorError(None, None, UNUSABLE, node.start_mark) from None
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is written twice", key.start_mark
                    )
                seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        for key in made:
            if not isinstance(key, str):
                problem = f"the key {key!r} is not text; put quotes round it"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return made


def _plain(tag: str, pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Numbers without their form in base 60."""
    return re.compile(f"(?!.*:)(?:{pattern.pattern})", re.VERBOSE) if tag.endswith((":int", ":float")) else pattern


Loader.yaml_implicit_resolvers = {
    first: [(tag, _plain(tag, pattern)) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in TYPES
}
