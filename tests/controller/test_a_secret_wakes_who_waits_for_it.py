"""Without a cluster a changed Secret is seen, and whoever failed for want of it tries again at once; in one none is watched."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from stoker.errors import GitAuthFailed
from stoker.kube.cluster import SECRETS
from tests.controller.house import NS, URL, House

if TYPE_CHECKING:
    import trio

TOKEN = {"token": {"secretRef": {"name": "git", "key": "token"}}}


@pytest.fixture
async def waiting(autojump_clock: object, nursery: trio.Nursery) -> House:
    """A resource in backoff for want of its git Secret, where Secrets may be watched."""
    house = House.built()
    await house.start(nursery, watch_secrets=True)
    await house.resource(git__auth=TOKEN)
    await house.advance(3600)
    assert house.words("RefResolved")[0] == "False"
    return house


async def test_one_that_comes_is_used_at_once(waiting: House) -> None:
    await waiting.secret("git", token="a-token-a-token")
    await waiting.settle()
    assert waiting.words("RefResolved")[0] == "True"


async def test_one_that_is_put_right_is_used_at_once(waiting: House) -> None:
    waiting.refs.errors[URL] = GitAuthFailed("refused")
    await waiting.secret("git", token="a-wrong-token")
    await waiting.settle()
    waiting.refs.errors.clear()
    data = {"token": base64.b64encode(b"the-right-token").decode()}
    await waiting.cluster.patch(SECRETS, NS, "git", {"data": data})
    await waiting.settle()
    assert waiting.words("RefResolved")[0] == "True"


async def test_in_a_cluster_no_secret_is_listed_or_watched(house: House) -> None:
    house.cluster.refuse("list", "secrets", times=99)
    await house.resource(git__auth=TOKEN)
    await house.secret("git", token="a-token-a-token")
    await house.advance(30)
    assert house.words("RefResolved")[0] == "True"
    assert house.cluster.refused == []
