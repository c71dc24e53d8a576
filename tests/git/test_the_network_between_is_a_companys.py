"""Look-ups and fetches where a company stands between: its proxies, its own authority, and what they do wrong."""

from __future__ import annotations

import base64
import logging
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from stoker.errors import CredentialsInvalid, GitAuthFailed, GitUnreachable
from stoker.git.credentials import Credentials
from stoker.git.fetch import StorePool
from stoker.git.offload import Thread
from stoker.git.remote import Remote
from tests.fakes.authority import Authority
from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import HttpServer, http_backend
from tests.fakes.proxies import Proxy, proxy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from tests.fakes.gitrepos import Origin

TOKEN = "a-token-for-the-plant"
HOLDER = Credentials.token(TOKEN)
NAME = "git.plant.invalid"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The company's, which this process trusts."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.pem))
    return made


@pytest.fixture(params=["look-up", "fetch"])
def ask(request: pytest.FixtureRequest, tmp_path: Path, origin: Origin) -> Callable[[str], Awaitable[object]]:
    """One of the two things that are asked of a server, with the token; made anew each time, as in a new process."""
    commit = origin.commit({"a": "1"})

    async def run(url: str) -> object:
        if request.param == "look-up":
            async with Remote(Thread(), timeout=10) as remote:
                return await remote.resolve(url, "main", HOLDER)
        pool = StorePool(tmp_path / "stores", offload=Thread(), fetch_deadline=20)
        return await pool.ensure(url, commit, "main", HOLDER)

    return run


@pytest.fixture
def between() -> Iterator[Proxy]:
    """The company's proxy."""
    with proxy() as served:
        yield served


@pytest.fixture
def secure(tmp_path: Path, authority: Authority, origin: Origin) -> Iterator[HttpServer]:
    """An https server by the name that only the proxy knows."""
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=authority.server(NAME)) as served:
        served.url = served.url.replace("127.0.0.1", NAME)
        yield served


@pytest.fixture
def plain(tmp_path: Path, origin: Origin) -> Iterator[HttpServer]:
    """The same without TLS."""
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN)) as served:
        served.url = served.url.replace("127.0.0.1", NAME)
        yield served


async def test_https_goes_through_the_proxy_as_a_tunnel(
    ask: Callable[[str], Awaitable[object]], secure: HttpServer, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", between.url)
    await ask(f"{secure.url}/plant.git")
    assert {method for method, _ in between.asked} == {"CONNECT"}


async def test_a_look_up_over_http_goes_through_the_proxy_too(
    plain: HttpServer, origin: Origin, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, between.credential = origin.commit({"a": "1"}), "me:hunter22"
    monkeypatch.setenv("HTTP_PROXY", between.url.replace("//", "//me:hunter22@"))
    async with Remote(Thread(), timeout=10) as remote:
        assert (await remote.resolve(f"{plain.url}/plant.git", "main", HOLDER)).commit == commit
    assert all(target.startswith(plain.url) for _, target in between.asked)


async def test_a_fetch_over_http_that_would_need_the_proxy_says_so(
    plain: HttpServer, between: Proxy, monkeypatch: pytest.MonkeyPatch, pool: StorePool
) -> None:
    monkeypatch.setenv("HTTP_PROXY", between.url)
    with pytest.raises(GitUnreachable, match="fetches over http:// go through no proxy: use https"):
        await pool.ensure(f"{plain.url}/plant.git", "a" * 40, "main", HOLDER)


async def test_a_proxy_that_wants_a_credential_gets_it_and_the_server_does_not(
    ask: Callable[[str], Awaitable[object]], secure: HttpServer, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    between.credential = "me:hunter22"
    monkeypatch.setenv("HTTPS_PROXY", between.url.replace("//", "//me:hunter22@"))
    await ask(f"{secure.url}/plant.git")
    assert between.shown[-1] == "me:hunter22"
    assert not [header for header in secure.authorizations if b"hunter22" in base64.b64decode(header.split()[1])]


async def test_a_wrong_credential_of_the_proxy_is_told_apart_from_the_servers_and_kept_secret(
    ask: Callable[[str], Awaitable[object]],
    secure: HttpServer,
    between: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    between.credential = "me:another"
    monkeypatch.setenv("HTTPS_PROXY", between.url.replace("//", "//me:hunter22@"))
    with pytest.raises(CredentialsInvalid, match="correct HTTPS_PROXY") as caught:
        await ask(f"{secure.url}/plant.git")
    assert "hunter22" not in f"{caught.value!r}{caplog.text}"
    assert secure.requests == []


async def test_a_proxy_that_is_away(
    ask: Callable[[str], Awaitable[object]], secure: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(GitUnreachable, match="check"):
        await ask(f"{secure.url}/plant.git")


async def test_an_excepted_host_is_asked_straight(
    ask: Callable[[str], Awaitable[object]],
    tmp_path: Path,
    authority: Authority,
    between: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=authority.server("localhost")) as served:
        monkeypatch.setenv("HTTPS_PROXY", between.url)
        monkeypatch.setenv("NO_PROXY", "localhost")
        await ask(f"{served.url.replace('127.0.0.1', 'localhost')}/plant.git")
    assert between.asked == []


# --- whom TLS trusts ---------------------------------------------------------------------------------------------


async def test_a_private_authority_is_trusted_by_name_of_its_file(
    ask: Callable[[str], Awaitable[object]], tmp_path: Path, authority: Authority
) -> None:
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=authority.server()) as served:
        await ask(f"{served.url}/plant.git")
        assert served.authorizations


@pytest.mark.parametrize(
    ("host", "days", "remedy"),
    [
        ("127.0.0.1", -1, "expired"),
        ("git.other.invalid", 1, "host"),
    ],
)
async def test_a_bad_certificate_is_refused_before_the_token_is_shown(
    ask: Callable[[str], Awaitable[object]], tmp_path: Path, authority: Authority, host: str, days: int, remedy: str
) -> None:
    tls = authority.server(host, lives=timedelta(days=days))
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=tls) as served:
        with pytest.raises(GitUnreachable, match=f"no trust in its TLS certificate.*{remedy}"):
            await ask(f"{served.url}/plant.git")
        assert served.requests == []


async def test_an_authority_that_is_not_trusted_is_refused_with_the_remedy(
    ask: Callable[[str], Awaitable[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, other = tmp_path / "stranger", tmp_path / "other"
    stranger.mkdir()
    other.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(other).pem))
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=Authority(stranger).server()) as served:
        with pytest.raises(GitUnreachable, match="name it by SSL_CERT_FILE"):
            await ask(f"{served.url}/plant.git")
        assert served.requests == []


async def test_behind_a_proxy_too_and_no_thread_hangs(
    ask: Callable[[str], Awaitable[object]],
    tmp_path: Path,
    authority: Authority,
    between: Proxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "stranger").mkdir()
    monkeypatch.setenv("HTTPS_PROXY", between.url)
    stranger = Authority(tmp_path / "stranger").server(NAME)
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=stranger) as served:
        with pytest.raises(GitUnreachable, match="name it by SSL_CERT_FILE"):
            await ask(f"{served.url.replace('127.0.0.1', NAME)}/plant.git")
        assert served.requests == []


# --- redirects over the border of TLS ----------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path, authority: Authority, origin: Origin) -> Iterator[tuple[HttpServer, HttpServer]]:
    """The same repositories over http and over https, both wanting the token."""
    with ExitStack() as servers:
        yield (
            servers.enter_context(http_backend(tmp_path / "srv", Behaviour(token=TOKEN))),
            servers.enter_context(http_backend(tmp_path / "srv", Behaviour(token=TOKEN), tls=authority.server())),
        )


async def test_a_token_is_never_shown_in_the_clear_because_https_says_so(
    ask: Callable[[str], Awaitable[object]], pair: tuple[HttpServer, HttpServer]
) -> None:
    clear, secret = pair
    secret.behaviour.redirects = {"/plant.git": f"{clear.url}/plant.git"}
    with pytest.raises(Exception, match="wants a credential"):
        await ask(f"{secret.url}/plant.git")
    assert clear.requests
    assert clear.authorizations == []


async def test_not_even_at_the_same_host_and_port(
    ask: Callable[[str], Awaitable[object]], tmp_path: Path, authority: Authority
) -> None:
    behaviour = Behaviour(token=TOKEN)
    with http_backend(tmp_path / "srv", behaviour, tls=authority.server(), both=True) as served:
        behaviour.redirects = {"/old.git": f"{served.url.replace('https', 'http')}/plant.git"}
        with pytest.raises(GitAuthFailed, match="wants a credential"):
            await ask(f"{served.url}/old.git")
        assert [shown for _, path, shown in served.requests if path.startswith("/plant.git")] == [""]


async def test_a_redirect_from_http_to_https_is_followed(
    ask: Callable[[str], Awaitable[object]], pair: tuple[HttpServer, HttpServer]
) -> None:
    clear, secret = pair
    clear.behaviour.redirects = {"/plant.git": f"{secret.url}/plant.git"}
    secret.behaviour.token = None
    await ask(f"{clear.url}/plant.git")
    assert secret.requests
    assert secret.authorizations == []
