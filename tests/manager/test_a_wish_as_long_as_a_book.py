"""Annotations as long as an API server takes them, of one resource: told in bounded words, and no other waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.manager.site import Site

BOOKS = ["x" * 120_000, "a://b:c" * 17_000, "a://b:c" + " x" * 60_000 + "/@"]


@pytest.mark.parametrize("book", BOOKS, ids=["one word", "urls", "blanks"])
def test_a_ref_that_is_no_name_of_any(site: Site, book: str) -> None:
    site.resource("odd")
    site.resolved("odd")
    site.annotate("odd", requested_ref=book, requested_at=book)
    site.resource("well")
    site.resolved("well")
    site.until(lambda: site.words("RefResolved", "odd")[0] == "False", "told")
    assert "the annotation stoker.io/requested-ref" in site.words("RefResolved", "odd")[2]
