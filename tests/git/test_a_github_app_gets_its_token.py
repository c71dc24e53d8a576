"""A GitHub App's key becomes an installation token: proven as GitHub wants it, asked for once, renewed in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import GitHubAppExchangeFailed, GitHubAppRefused
from stoker.git.github_api import Installation
from stoker.git.github_app import TokenExchange, identity_of
from stoker.observe.redact import Secret
from tests.fakes.github import ANOTHER_KEY, APP, INSTALLATION, GitHub, github, pem_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """GitHub."""
    with github() as served:
        yield served


@pytest.fixture
async def tokens(hub: GitHub) -> AsyncIterator[TokenExchange]:
    """The tokens of a process, whose clock goes as GitHub's does."""
    async with TokenExchange(now=hub.now, bound=10) as held:
        yield held


def installed(hub: GitHub, *, app: int = APP, installation: int = INSTALLATION, pem: str = "") -> Installation:
    return Installation(f"{hub.url}/", app, installation, Secret(pem or hub.pem))


async def test_the_jwt_is_what_github_documents(hub: GitHub, tokens: TokenExchange) -> None:
    before = datetime.now(UTC).timestamp()
    await tokens.token(installed(hub))
    (asked,) = hub.asked
    assert asked.claims is not None
    assert asked.claims["iss"] == str(APP)
    assert before - 62 <= asked.claims["iat"] <= before - 58
    assert asked.claims["exp"] - asked.claims["iat"] == 660
    assert asked.headers["accept"] == "application/vnd.github+json"


async def test_the_token_and_its_expiry_are_githubs(hub: GitHub, tokens: TokenExchange) -> None:
    token = await tokens.token(installed(hub))
    assert token.secret.reveal() == hub.tokens[0]
    assert timedelta(minutes=59) < token.expires_at - datetime.now(UTC) < timedelta(minutes=61)
    assert token.credentials.pair == ("x-access-token", hub.tokens[0])


async def test_the_token_opens_a_repository(
    hub: GitHub, tokens: TokenExchange, http: HttpServer, origin: Origin, remote: Remote
) -> None:
    commit = origin.commit({"a": "1"})
    token = await tokens.token(installed(hub))
    http.behaviour.token = hub.tokens[0]
    found = await remote.resolve(f"{http.url}/{origin.path.name}", "main", token.credentials)
    assert found.commit == commit


async def test_a_token_is_kept_until_five_minutes_before_it_expires(hub: GitHub, tokens: TokenExchange) -> None:
    first = await tokens.token(installed(hub))
    hub.ahead = timedelta(minutes=54)
    assert await tokens.token(installed(hub)) == first
    hub.ahead = timedelta(minutes=56)
    assert tokens.cached(installed(hub)) is None
    assert (await tokens.token(installed(hub))).secret.reveal() == hub.tokens[1]


async def test_many_who_ask_at_once_cost_one_request(hub: GitHub, tokens: TokenExchange) -> None:
    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(tokens.token, installed(hub))
    assert len(hub.asked) == 1


async def test_many_who_ask_at_once_share_a_failure(hub: GitHub, tokens: TokenExchange) -> None:
    hub.answer = 500, {}, b""
    failed = []

    async def ask() -> None:
        with pytest.raises(GitHubAppExchangeFailed) as caught:
            await tokens.token(installed(hub))
        failed.append(caught.value)

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(ask)
    assert (len(hub.asked), len(failed)) == (1, 20)


async def test_who_waits_for_one_that_is_cancelled_asks_anew(hub: GitHub, tokens: TokenExchange) -> None:
    hub.hang = True
    async with trio.open_nursery() as nursery:
        with trio.move_on_after(0.3):
            await tokens.token(installed(hub))
        hub.hang = False
        nursery.start_soon(tokens.token, installed(hub))
    assert tokens.cached(installed(hub)) is not None


async def test_somebody_elses_ids_with_another_key_give_no_token(hub: GitHub, tokens: TokenExchange) -> None:
    await tokens.token(installed(hub))
    thief = installed(hub, pem=pem_of(ANOTHER_KEY))
    assert tokens.cached(thief) is None
    with pytest.raises(GitHubAppRefused, match="could not be decoded"):
        await tokens.token(thief)


async def test_a_renewal_that_fails_leaves_the_old_token_in_use(hub: GitHub, tokens: TokenExchange) -> None:
    first = await tokens.token(installed(hub))
    hub.ahead, hub.answer = timedelta(minutes=56), (503, {}, b"")
    assert (await tokens.token(installed(hub))).secret == first.secret
    await tokens.token(installed(hub))
    assert len(hub.asked) == 2


async def test_an_expired_token_is_not_used_when_it_cannot_be_renewed(hub: GitHub, tokens: TokenExchange) -> None:
    await tokens.token(installed(hub))
    hub.ahead, hub.answer = timedelta(minutes=60), (503, {}, b"")
    with pytest.raises(GitHubAppExchangeFailed, match="503"):
        await tokens.token(installed(hub))


async def test_an_app_that_was_uninstalled_loses_its_token_at_the_renewal(hub: GitHub, tokens: TokenExchange) -> None:
    await tokens.token(installed(hub))
    hub.ahead, hub.answer = timedelta(minutes=56), (404, {}, b'{"message": "Not Found"}')
    with pytest.raises(GitHubAppRefused):
        await tokens.token(installed(hub))


async def test_a_token_that_is_short_lived_costs_no_request_each_time(hub: GitHub, tokens: TokenExchange) -> None:
    hub.lifetime = timedelta(minutes=3)
    for _ in range(3):
        await tokens.token(installed(hub))
    assert len(hub.asked) == 1


async def test_tokens_that_nobody_uses_are_forgotten(hub: GitHub, tokens: TokenExchange) -> None:
    await tokens.token(installed(hub))
    tokens.keep_only([identity_of(installed(hub))])
    assert tokens.cached(installed(hub)) is not None
    tokens.keep_only([])
    assert tokens.cached(installed(hub)) is None
