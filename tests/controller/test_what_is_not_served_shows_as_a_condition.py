"""Parts of the API that this build does not serve are refused with a remedy, never ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.controller.house import House

APP = {"appId": 1, "installationId": 2, "privateKeySecretRef": {"name": "key", "key": "pem"}}


@pytest.mark.parametrize(("method", "value"), [("githubApp", APP)])
@pytest.mark.parametrize("ref", ["main", "d" * 40])
async def test_an_authentication_method(house: House, method: str, value: object, ref: str) -> None:
    await house.resource(git__auth={method: value}, git__ref=ref)
    status, reason, message = house.words("RefResolved")
    assert (status, reason) == ("False", "RefResolutionFailed")
    assert f"spec.git.auth.{method} is not served by this build" in message
    assert "is not served" in house.words("Ready")[2]
    assert house.refs.asked == []
    assert house.data("stoker-metadata-main") is None


@pytest.mark.parametrize("url", ["https://[git.example/plant.git", "ftp://git.example/plant.git", "plant.git"])
async def test_what_is_no_url(house: House, url: str) -> None:
    await house.resource(git__repo=url)
    status, _, message = house.words("RefResolved")
    assert status == "False"
    assert "spec.git.repo" in message
