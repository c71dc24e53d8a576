"""docs/patches.md: each example gives what the page shows, each row of the globs matches what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from stoker.api.spec import Mapping
from stoker.errors import PatchInvalid, PlanInvalid
from stoker.sync.globs import compile_globs
from stoker.sync.jsonset import set_values
from stoker.sync.jsonset.path import MOST_NULLS

PAGE = (Path(__file__).parents[3] / "docs" / "patches.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"^```document\n(.*?)^```\n```set\n(.*?)^```\n```(result|error)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)
GLOBS = re.findall(r"^\| (`[^|]+`) \| (`[^|]+`) \| (`[^|]+`) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("document", "values", "kind", "shown"), EXAMPLES)
def test_an_example_gives_what_is_shown(document: str, values: str, kind: str, shown: str) -> None:
    wanted: dict[str, Any] = yaml.safe_load(values)
    if kind == "result":
        assert set_values(document.encode(), wanted, "file.json").decode() == shown
    else:
        with pytest.raises(PatchInvalid) as caught:
            set_values(document.encode(), wanted, "file.json")
        assert f"{caught.value}\n" == shown


def test_no_example_is_left_untried() -> None:
    assert len(EXAMPLES) == PAGE.count("```document\n") >= 14
    assert PAGE.count("```") == 2 * (3 * len(EXAMPLES) + 1)


def test_the_profile_is_one() -> None:
    profile = yaml.safe_load(re.findall(r"^```profile\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0])
    assert msgspec.convert(profile["mappings"], list[Mapping])[0].patches


@pytest.mark.parametrize(("pattern", "matching", "others"), GLOBS)
def test_a_glob_matches_what_is_shown(pattern: str, matching: str, others: str) -> None:
    globs = compile_globs([pattern.strip("`")])
    assert globs is not None
    assert all(map(globs.fullmatch, re.findall(r"`([^`]+)`", matching)))
    assert not any(map(globs.fullmatch, re.findall(r"`([^`]+)`", others)))


def test_every_glob_is_tried() -> None:
    assert len(GLOBS) >= 12


def test_a_malformed_glob_says_what_is_shown() -> None:
    pattern, message = re.findall(r"`(glob '(.*?)' has [^`]+)`", PAGE)[0][::-1]
    with pytest.raises(PlanInvalid, match=re.escape(message)):
        compile_globs([pattern])


def test_the_bound_is_the_one_that_holds() -> None:
    assert set(re.findall(r"\d+,\d+", PAGE)) == {f"{MOST_NULLS:,}"}
