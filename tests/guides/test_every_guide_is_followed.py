"""No guide without a test that follows it, and no block in one whose kind says neither file nor command nor output."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.guides.page import GUIDES, steps

NAMES = sorted(path.stem for path in GUIDES.glob("*.md"))
HERE = Path(__file__).parent


def followed() -> set[str]:
    """The guides that tests follow."""
    tests = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))
    return set(re.findall(r'\b(?:Reader|reader)\(\s*"([\w-]+)"', tests))


def test_there_are_guides() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_test_follows_it(name: str) -> None:
    assert not steps(name) or name in followed()


@pytest.mark.parametrize("name", NAMES)
def test_its_blocks_are_files_commands_or_output(name: str) -> None:
    for step in steps(name):
        assert step.language in {"yaml", "sh", "text"}, step.text
        assert (step.language == "yaml") == bool(step.name), step.text


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_or_another_guide_leads_to_it(name: str) -> None:
    pages = [GUIDES.parents[1] / "README.md", *(path for path in GUIDES.glob("*.md") if path.stem != name)]
    assert any(f"{name}.md" in path.read_text(encoding="utf-8") for path in pages)
