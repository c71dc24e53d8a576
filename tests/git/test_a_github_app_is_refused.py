"""Whatever goes wrong in an exchange is a clear error of our tree, and none of it holds the key, the JWT or the token."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from stoker.errors import GitHubAppExchangeFailed, GitHubAppRefused, StokerError
from stoker.git.github_api import Installation
from stoker.git.github_app import TokenExchange
from stoker.observe.redact import Secret
from tests.fakes.github import ANOTHER_KEY, APP, INSTALLATION, KEY, GitHub, github, pem_of
from tests.fakes.gitservers import black_hole, closed_port, dripping_server, silent_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractContextManager

ENCRYPTED = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sesame")).decode()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
SMALL = pem_of(rsa.generate_private_key(65537, 1024))
ELLIPTIC = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """GitHub."""
    with github() as served:
        yield served


@pytest.fixture
async def tokens() -> AsyncIterator[TokenExchange]:
    """The tokens of a process."""
    async with TokenExchange(bound=10) as held:
        yield held


def installed(hub: GitHub, *, app: int = APP, installation: int = INSTALLATION, pem: str = "") -> Installation:
    return Installation(hub.url, app, installation, Secret(pem or hub.pem))


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        ("nonsense", "no PEM"),
        ("", "no PEM"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", "no PEM"),
        (PUBLIC, "no PEM of a private key"),
        (ENCRYPTED, "encrypted"),
        (ELLIPTIC.decode(), "no RSA key"),
        (SMALL, "at least 2048 bits"),
    ],
    ids=["words", "empty", "cut", "public", "encrypted", "elliptic", "small"],
)
async def test_a_pem_that_is_no_key_of_an_app(tokens: TokenExchange, hub: GitHub, pem: str, said: str) -> None:
    broken = Installation(hub.url, APP, INSTALLATION, Secret(pem))
    with pytest.raises(GitHubAppRefused, match=said) as caught:
        await tokens.token(broken)
    assert f"GitHub App {APP}, installation {INSTALLATION}" in str(caught.value)
    assert "Secret's key" in str(caught.value)
    assert hub.asked == []


async def test_a_key_with_windows_line_ends_is_a_key(tokens: TokenExchange, hub: GitHub) -> None:
    await tokens.token(installed(hub, pem="\r\n" + hub.pem.replace("\n", "\r\n")))
    assert len(hub.tokens) == 1


async def test_an_app_that_github_does_not_know(tokens: TokenExchange, hub: GitHub) -> None:
    with pytest.raises(GitHubAppRefused, match=r"404 \(Integration not found\); check appId"):
        await tokens.token(installed(hub, app=1))


async def test_an_installation_that_github_does_not_know(tokens: TokenExchange, hub: GitHub) -> None:
    with pytest.raises(GitHubAppRefused, match=r"404 \(Not Found\).*installationId.*that the app is installed"):
        await tokens.token(installed(hub, installation=1))


async def test_a_key_of_another_app(tokens: TokenExchange, hub: GitHub) -> None:
    with pytest.raises(GitHubAppRefused, match="that the key is this app's, and this machine's clock"):
        await tokens.token(installed(hub, pem=pem_of(ANOTHER_KEY)))


FUTURE = "99999999999"


@pytest.mark.parametrize(
    ("status", "headers", "kind", "said", "wait"),
    [
        (403, {}, GitHubAppRefused, "not suspended", None),
        (403, {"Retry-After": "17"}, GitHubAppExchangeFailed, "asked too often", 17),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": FUTURE}, GitHubAppExchangeFailed, "too often", 3600),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, GitHubAppExchangeFailed, "too often", 1),
        (429, {}, GitHubAppExchangeFailed, "asked too often", None),
        (500, {}, GitHubAppExchangeFailed, "the server failed", None),
        (503, {"Retry-After": "5"}, GitHubAppExchangeFailed, "the server failed", 5),
        (301, {"Location": "http://evil.example/x"}, GitHubAppRefused, "redirected to http://evil.example/x", None),
        (307, {"Location": "http://a:b@evil.example/"}, GitHubAppRefused, r"redirected to http://evil\.example/", None),
        (405, {}, GitHubAppRefused, "correct apiBaseURL", None),
        (204, {}, GitHubAppRefused, "correct apiBaseURL", None),
    ],
)
async def test_each_status_has_its_error(
    tokens: TokenExchange,
    hub: GitHub,
    status: int,
    headers: dict[str, str],
    kind: type[StokerError],
    said: str,
    wait: float | None,
) -> None:
    hub.answer = status, headers, b""
    with pytest.raises(kind, match=said) as caught:
        await tokens.token(installed(hub))
    assert type(caught.value) is kind
    assert caught.value.retry_after == wait
    assert len(hub.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>welcome</html>",
        b"[1]",
        b"{}",
        b'{"token": "ghs_secret_token"}',
        b'{"token": "ghs_secret_token", "expires_at": "tomorrow"}',
        b'{"token": "ghs secret token", "expires_at": "2099-01-01T00:00:00Z"}',
        b'{"token": "", "expires_at": "2099-01-01T00:00:00Z"}',
        b'{"token": 7, "expires_at": "2099-01-01T00:00:00Z"}',
        b"[" * 100_000,
        b"\xff" * 2_000_000,
    ],
    ids=["nothing", "page", "list", "empty", "no time", "no date", "blanks", "no token", "number", "deep", "long"],
)
async def test_an_answer_that_makes_no_sense(tokens: TokenExchange, hub: GitHub, body: bytes) -> None:
    hub.answer = 201, {"Content-Type": "application/json"}, body
    with pytest.raises(GitHubAppExchangeFailed, match="without a usable token") as caught:
        await tokens.token(installed(hub))
    assert "ghs_" not in str(caught.value)


async def test_a_long_message_of_the_server_is_cut(tokens: TokenExchange, hub: GitHub) -> None:
    hub.answer = 401, {}, json.dumps({"message": "x" * 10_000}).encode()
    with pytest.raises(GitHubAppRefused) as caught:
        await tokens.token(installed(hub))
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "url",
    ["", "api.github.com", "ftp://host", "https://", "https://host:0", "https://host:x", "https://a:b@host", "https://h/?x=1",
     "https://h/#x", "https://h/ x", "https://[", "file:///etc/passwd"],
)  # fmt: skip
async def test_a_base_url_that_is_none(tokens: TokenExchange, hub: GitHub, url: str) -> None:
    with pytest.raises(GitHubAppRefused, match=r"correct spec\.git\.auth\.githubApp\.apiBaseURL"):
        await tokens.token(Installation(url, APP, INSTALLATION, Secret(hub.pem)))


@pytest.mark.parametrize("server", [silent_server, dripping_server, black_hole])
async def test_a_server_that_hangs_is_given_up(server: Callable[[], AbstractContextManager[int]], hub: GitHub) -> None:
    async with TokenExchange(bound=0.3) as tokens:
        with server() as port, pytest.raises(GitHubAppExchangeFailed, match="no answer"):
            await tokens.token(Installation(f"http://127.0.0.1:{port}", APP, INSTALLATION, Secret(hub.pem)))


async def test_a_server_that_is_not_there(tokens: TokenExchange, hub: GitHub) -> None:
    with pytest.raises(GitHubAppExchangeFailed, match="check the address and the network"):
        await tokens.token(Installation(f"http://127.0.0.1:{closed_port()}", APP, INSTALLATION, Secret(hub.pem)))


async def test_neither_key_nor_jwt_nor_token_is_in_a_message_or_a_log(
    tokens: TokenExchange, hub: GitHub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await tokens.token(installed(hub))
    jwt = hub.asked[0].headers["authorization"].removeprefix("Bearer ")
    hub.answer = 401, {}, json.dumps({"message": f"bad {jwt} {hub.pem} {hub.tokens[0]}"}).encode()
    with pytest.raises(GitHubAppRefused) as caught:
        await tokens.token(installed(hub, installation=2))
    said = f"{caught.value} {caught.value!r} {token} {installed(hub)} {caplog.text}"
    secrets = [jwt, hub.tokens[0], *hub.pem.splitlines()[1:-1]]
    assert [secret for secret in secrets if secret in said] == []
