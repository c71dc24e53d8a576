"""Parts of the API that this build does not serve are refused with a remedy, never ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.controller.house import House


@pytest.mark.parametrize("url", ["https://[git.example/plant.git", "ftp://git.example/plant.git", "plant.git"])
async def test_what_is_no_url(house: House, url: str) -> None:
    await house.resource(git__repo=url)
    status, _, message = house.words("RefResolved")
    assert status == "False"
    assert "spec.git.repo" in message
