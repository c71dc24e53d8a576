"""Go's text/template, exactly: every action, function and format verb, the same output to the byte, the same refusals.

Profiles are written against Go's language, so any difference, however small, would be a gateway configured wrongly in
silence: the package follows Go's lexer, parser and evaluator step by step, with missing keys as errors, and
`tests/vectors/templates` keeps what Go itself answers. It knows no file, no plan and no cluster: text and values in,
text out, with a record of which values mattered. Beyond Go it is bounded (`Bounds`), so a template can be wrong but
never harmful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from stoker.sync.template.bounds import DEFAULT, Bounds
from stoker.sync.template.parser import parse_source
from stoker.sync.template.source import Source
from stoker.sync.template.unicode import decode, encode
from stoker.sync.template.values import Root
from stoker.sync.template.walker import Walker

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT", "Bounds", "Execution", "Template", "parse"]


class Execution(NamedTuple):
    """A rendered text, and the names of the values it depends on.

    `used` holds "GatewayName" for a value of the root, "Vars.site" for one key of a map (also one that was looked for in
    vain), "Vars" where the whole map mattered and "" where the whole root did. With equal values of these names the same
    template gives an equal text.
    """

    text: str
    used: frozenset[str]


class Template:
    """A parsed template; it may be executed any number of times."""

    __slots__ = ("_name", "_source")

    def __init__(self, source: Source, name: bytes) -> None:
        self._source = source
        self._name = name

    def execute(self, values: Mapping[str, Any]) -> Execution:
        """Render with `values`: texts, numbers, and mappings of texts. Bytes that are no UTF-8 come as surrogate escapes.

        Raises TemplateInvalid, naming the place: for a missing key, a function's refusal, a bound.
        """
        used: set[str] = set()
        text = Walker(self._source, Root(values, used)).run(self._name)
        return Execution(decode(text), frozenset(used))


def parse(text: str, where: str, bounds: Bounds = DEFAULT) -> Template:
    """Parse a template; `where` names it in messages, "WHERE, line L, column C: ...", and is its name as in Go.

    Bytes that are no UTF-8 come as surrogate escapes. Raises TemplateInvalid.
    """
    source = Source(encode(text), where, bounds)
    name = encode(where)
    parse_source(source, name)
    return Template(source, name)
