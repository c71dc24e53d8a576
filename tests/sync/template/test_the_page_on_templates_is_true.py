"""docs/templates.md: each example gives what the page shows, and its tables tell what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stoker.errors import TemplateInvalid
from stoker.sync.template import DEFAULT, Bounds, parse
from stoker.sync.template.signatures import SIGNATURES

PAGE = (Path(__file__).parents[3] / "docs" / "templates.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```template\n(.*?)^```\n```(result|error)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
VALUES: dict[str, Any] = yaml.safe_load(re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0])


@pytest.mark.parametrize(("text", "kind", "shown"), EXAMPLES)
def test_an_example_gives_what_is_shown(text: str, kind: str, shown: str) -> None:
    if kind == "result":
        assert parse(text, "file.json").execute(VALUES).text == shown
    else:
        with pytest.raises(TemplateInvalid) as caught:
            parse(text, "file.json").execute(VALUES)
        assert f"{caught.value}\n" == shown


def test_no_example_is_left_untried() -> None:
    assert len(EXAMPLES) == PAGE.count("```template\n") >= 14


def test_the_bounds_are_those_that_hold() -> None:
    shown = {int(value.replace(",", "")) for value in re.findall(r"^\| [^|]+ \| ([\d,]+) \|$", PAGE, re.MULTILINE)}
    sizes = {int(value) << 20 for value in re.findall(r"\| (\d+) MiB \|$", PAGE, re.MULTILINE)}
    held = {getattr(DEFAULT, name) for name in Bounds.__struct_fields__}
    assert shown | sizes == held | {4 * DEFAULT.output}


@pytest.mark.parametrize("name", sorted(set(SIGNATURES) - {"call"}))
def test_every_function_is_told(name: str) -> None:
    told = PAGE.split("## Functions")[1].split("##")[0]
    assert re.search(rf"`{name}\b", told)
