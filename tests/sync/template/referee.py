"""Go's answers, kept in tests/vectors (`make vectors`) or asked for now, and whether ours are the same."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stoker.errors import TemplateInvalid
from stoker.sync.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

VECTORS = Path(__file__).parents[2] / "vectors"
_GO_PLACE = re.compile(r"template: case:(\d+)(?::(\d+))?: ")
_OUR_PLACE = re.compile(r"case, line (\d+), column (\d+): ")
# What an error is about: the name in quotes of a key, function, variable or template, or the field.
_ABOUT = re.compile(
    r"(?:no entry for key|(?<!-)function|undefined variable|template|definition of template) (\"[^\"\\%]+\")"
    r"|can't evaluate field (\w+)|error calling (\w+)|wrong number of args for (\w+)"
)
_WITHOUT_NODE = re.compile(r'executing "[^"]*" at <.*>: (?=[^>]*$)', re.DOTALL)


class Case(NamedTuple):
    """One template, and either Go's output or Go's error."""

    kind: str
    text: str
    output: str
    error: str


def vectors() -> tuple[dict[str, Any], list[Case]]:
    """The root value of all cases, and the committed cases."""
    return _cases((VECTORS / "templates.json").read_bytes())


def asked(go: Path, templates: Iterable[bytes]) -> tuple[dict[str, Any], list[Case]]:
    """The same for templates of any bytes, from Go now."""
    lines = b"\n".join(base64.b64encode(template) for template in templates)
    command = [str(go), "run", "./templates", "-"]
    return _cases(subprocess.run(command, cwd=VECTORS, input=lines, capture_output=True, check=True).stdout)


def _cases(document: bytes) -> tuple[dict[str, Any], list[Case]]:
    read = json.loads(document)
    cases = []
    for case in read["cases"]:
        text, output = case["text"], case.get("output", "")
        if case.get("raw"):
            text, output = (base64.b64decode(part).decode("utf-8", "surrogateescape") for part in (text, output))
        cases.append(Case(case["name"], text, output, case.get("error", "")))
    return read["values"], cases


def difference(case: Case, values: dict[str, Any]) -> str:
    """How our answer differs from Go's: "" where the bytes are the same, or the error's place and what it is about."""
    try:
        text = parse(case.text, "case").execute(values).text
    except TemplateInvalid as error:
        return _difference_of_errors(case, str(error))
    if case.error:
        return f"rendered, where Go says {case.error}"
    return "" if text == case.output else f"gave {text!r}, Go {case.output!r}"


def _difference_of_errors(case: Case, message: str) -> str:
    ours, go = _OUR_PLACE.match(message), _GO_PLACE.match(case.error)
    same = ours is not None and go is not None and ours[1] == go[1]
    if same and ours and go and go[2] and case.text.isascii():
        same = int(ours[2]) == int(go[2]) + 1  # Go counts from 0, in bytes, and has no column for what does not parse
    same = same and all("".join(name) in message for name in _ABOUT.findall(_WITHOUT_NODE.sub("", case.error)))
    return "" if same else f"said {message!r}, Go {case.error!r}"
