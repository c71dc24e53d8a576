"""The token goes to the host it is for, and nowhere else: no other host, no file, no log, no message."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from stoker.errors import GitAuthFailed, StokerError
from stoker.git.credentials import Credentials
from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import HttpServer, http_backend
from tests.git.stores import content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin

TOKEN = "ghp_0123456789abcdefSECRET"
HOLDER = Credentials.token(f"  {TOKEN}\n")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[HttpServer]:
    """Another host, which would like to have the token too."""
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN)) as served:
        served.url = served.url.replace("127.0.0.1", "localhost")
        yield served


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[HttpServer]:
    """Somebody else's server on the same host."""
    with http_backend(tmp_path / "srv", Behaviour(token=TOKEN)) as served:
        yield served


@pytest.fixture
def private(http: HttpServer, origin: Origin) -> str:
    """The URL of a repository that wants the token."""
    http.behaviour.token = TOKEN
    return f"{http.url}/{origin.path.name}"


async def test_a_private_repository_is_fetched_with_the_token(private: str, origin: Origin, pool: StorePool) -> None:
    commit = origin.commit({"a": "1"})
    await pool.ensure(private, commit, "main", HOLDER)
    assert content(pool.tree(private, commit)) == {"a": b"1"}


async def test_userinfo_of_the_url_serves_as_credential(private: str, origin: Origin, pool: StorePool) -> None:
    commit = origin.commit({"a": "1"})
    url = private.replace("http://", f"http://me:{TOKEN}@")
    await pool.ensure(url, commit, "main", Credentials.none())
    assert content(pool.tree(url, commit)) == {"a": b"1"}


async def test_userinfo_of_the_url_serves_look_ups_too(private: str, origin: Origin, remote: Remote) -> None:
    commit = origin.commit({"a": "1"})
    url = private.replace("http://", f"http://me:{TOKEN}@")
    assert (await remote.resolve(url, "main", Credentials.none())).commit == commit


async def test_a_fetch_follows_a_redirect_to_another_host_without_the_token(
    http: HttpServer, other: HttpServer, origin: Origin, pool: StorePool
) -> None:
    commit = origin.commit({"a": "1"})
    http.behaviour.redirects = {"/plant.git": f"{other.url}/plant.git"}
    with pytest.raises(GitAuthFailed):
        await pool.ensure(f"{http.url}/plant.git", commit, "main", HOLDER)
    assert other.requests
    assert other.authorizations == []


async def test_a_fetch_from_a_moved_public_repository_works(
    http: HttpServer, other: HttpServer, origin: Origin, pool: StorePool
) -> None:
    commit = origin.commit({"a": "1"})
    other.behaviour.token = None
    http.behaviour.redirects = {"/old.git": f"{other.url}/plant.git"}
    url = f"{http.url}/old.git"
    await pool.ensure(url, commit, "main", Credentials.none())
    assert content(pool.tree(url, commit)) == {"a": b"1"}


async def test_a_redirect_on_the_same_host_keeps_the_token(
    http: HttpServer, private: str, origin: Origin, pool: StorePool
) -> None:
    commit = origin.commit({"a": "1"})
    http.behaviour.redirects = {"/renamed": f"{http.url}/plant"}
    url = f"{http.url}/renamed.git"
    await pool.ensure(url, commit, "main", HOLDER)
    assert content(pool.tree(url, commit)) == {"a": b"1"}


@pytest.mark.parametrize("asks_first", [False, True], ids=["at once", "after it was shown the token"])
async def test_a_redirect_to_another_port_of_the_host_is_followed_without_it_too(
    http: HttpServer, neighbour: HttpServer, origin: Origin, pool: StorePool, asks_first: bool
) -> None:
    commit = origin.commit({"a": "1"})
    http.behaviour.redirects = {"/plant.git": f"{neighbour.url}/plant.git"}
    http.behaviour.token, http.behaviour.asks_first = TOKEN, asks_first
    with pytest.raises(GitAuthFailed):
        await pool.ensure(f"{http.url}/plant.git", commit, "main", HOLDER)
    assert neighbour.requests
    assert neighbour.authorizations == []


async def test_where_one_without_a_token_was_led_another_s_is_not_shown(
    http: HttpServer, other: HttpServer, origin: Origin, pool: StorePool
) -> None:
    other.behaviour.token = None
    http.behaviour.redirects = {"/old.git": f"{other.url}/plant.git"}
    await pool.ensure(f"{http.url}/old.git", origin.commit({"a": "1"}), "main", Credentials.none())
    other.behaviour.token = TOKEN
    with pytest.raises(GitAuthFailed):
        await pool.ensure(f"{http.url}/old.git", origin.commit({"a": "2"}), "main", HOLDER)
    assert other.authorizations == []


async def test_a_redirect_is_looked_for_once(
    http: HttpServer, other: HttpServer, origin: Origin, pool: StorePool
) -> None:
    other.behaviour.token = None
    http.behaviour.redirects = {"/old.git": f"{other.url}/plant.git"}
    await pool.ensure(f"{http.url}/old.git", origin.commit({"a": "1"}), "main", Credentials.none())
    http.requests.clear()
    await pool.ensure(f"{http.url}/old.git", origin.commit({"a": "2"}), "main", Credentials.none())
    assert http.requests == []


async def test_a_repository_that_moved_again_is_found_again(
    http: HttpServer, other: HttpServer, origin: Origin, pool: StorePool
) -> None:
    other.behaviour.token = None
    http.behaviour.redirects = {"/old.git": f"{other.url}/plant.git"}
    url = f"{http.url}/old.git"
    await pool.ensure(url, origin.commit({"a": "1"}), "main", Credentials.none())
    http.behaviour.redirects = {"/old.git": f"{http.url}/plant.git"}
    other.behaviour.status = 410
    commit = origin.commit({"a": "2"})
    with pytest.raises(StokerError):
        await pool.ensure(url, commit, "main", Credentials.none())
    assert (await pool.ensure(url, commit, "main", Credentials.none())).operation == "fetch"


async def test_a_redirect_without_end_is_an_error(http: HttpServer, origin: Origin, pool: StorePool) -> None:
    http.behaviour.redirects = {"/plant.git": f"{http.url}/plant.git"}
    with pytest.raises(StokerError, match="redirects"):
        await pool.ensure(f"{http.url}/plant.git", origin.commit({"a": "1"}), "main", HOLDER)


async def test_a_look_up_redirected_to_another_host_goes_without_the_token(
    http: HttpServer, other: HttpServer, origin: Origin, remote: Remote
) -> None:
    origin.commit({"a": "1"})
    http.behaviour.redirects = {"/plant.git": f"{other.url}/plant.git"}
    with pytest.raises(GitAuthFailed):
        await remote.resolve(f"{http.url}/plant.git", "main", HOLDER)
    assert other.authorizations == []


async def test_a_session_opened_by_one_credential_serves_no_other(
    http: HttpServer, private: str, origin: Origin, remote: Remote
) -> None:
    origin.commit({"a": "1"})
    http.behaviour.cookie = "session=open"
    await remote.resolve(private, "main", HOLDER)
    with pytest.raises(GitAuthFailed):
        await remote.resolve(private, "main", Credentials.none())
    assert http.cookies == []


async def test_no_file_of_the_stores_holds_the_token(
    private: str, origin: Origin, pool: StorePool, tmp_path: Path
) -> None:
    url = private.replace("http://", f"http://me:{TOKEN}@")
    for text in ("1", "2"):
        await pool.ensure(url, origin.commit({"a": text}), "main", Credentials.none())
    with pytest.raises(StokerError):
        await pool.ensure(url, "c" * 40, "main", Credentials.none())
    files = [path for path in (tmp_path / "stores").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
    assert not [path for path in files if path.name == "FETCH_HEAD"]


async def test_no_log_and_no_message_holds_the_token(
    private: str, http: HttpServer, origin: Origin, pool: StorePool, remote: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    commit = origin.commit({"a": "1"})
    url = private.replace("http://", f"http://me:{TOKEN}@")
    await remote.resolve(url, "main", Credentials.none())
    await pool.ensure(url, commit, "main", Credentials.none())
    http.behaviour.token = "another"
    said = []
    for call in (remote.resolve(url, "main", HOLDER), pool.ensure(url, "d" * 40, "main", HOLDER)):
        with pytest.raises(GitAuthFailed) as caught:
            await call
        said.append(f"{caught.value} {caught.value!r}")
    assert TOKEN not in "".join(said)
    assert TOKEN not in caplog.text


def test_a_credential_prints_as_stars() -> None:
    assert TOKEN not in f"{HOLDER} {HOLDER!r} {HOLDER.fingerprint}"
