"""What a page of the project links to within it is there, page and heading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.house.conftest import ROOT, text, tracked

if TYPE_CHECKING:
    from pathlib import Path

PAGES = tracked("*.md")


def headings(page: Path) -> set[str]:
    """As links name them: small, without punctuation, a dash for each blank."""
    titles = re.findall(r"^#+ (.+)$", text(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_s_links_lead_to_what_is_there(page: Path) -> None:
    for file, anchor in re.findall(r"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)", text(page)):
        target = (ROOT / page.parent / file).resolve() if file else ROOT / page
        assert target.exists(), file
        assert not anchor or anchor in headings(target.relative_to(ROOT)), f"{file}#{anchor}"


def test_there_are_links() -> None:
    assert any("](" in text(page) for page in PAGES)
