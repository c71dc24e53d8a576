"""docs/reference/ is what the types say today; `make docs` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reference.pages import FOLDER, PAGES
from reference.table import table

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(("name", "page"), PAGES.items(), ids=list(PAGES))
def test_a_page_is_current(name: str, page: Callable[[], str]) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == page(), "run: make docs"


def test_there_is_no_page_that_nobody_writes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_every_page_says_in_its_first_line_what_it_is() -> None:
    assert all(page().startswith("# ") and page().endswith("\n") for page in PAGES.values())


def test_a_cell_cannot_end_its_row() -> None:
    assert table(("a",), [("x|y",)])[-1] == "| x\\|y |"


def test_a_row_has_a_cell_for_every_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("a", "b"), [("x",)])
