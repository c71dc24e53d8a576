"""A repository that spoke protocol version 2 a moment ago need not say so again, and whatever differs then is asked in full."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from stoker.errors import GitAuthFailed, GitServerError, RepositoryNotFound
from stoker.git.credentials import Credentials
from stoker.git.protocols import KNOWN, KNOWN_SECONDS, Known

if TYPE_CHECKING:
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin
    from tests.fakes.gitservers import HttpServer

TOKEN = "ghp_0123456789abcdefSECRET"
NOBODY, HOLDER = Credentials.none(), Credentials.token(TOKEN)


def methods(http: HttpServer) -> list[str]:
    """What was asked since this was last called."""
    asked = [method for method, _, _ in http.requests]
    http.requests.clear()
    return asked


@pytest.fixture
async def known(http: HttpServer, origin: Origin, remote: Remote) -> str:
    """The URL of a repository that was just looked at, with the token and without."""
    origin.commit({"a": "1"})
    url = f"{http.url}/{origin.path.name}"
    await remote.resolve(url, "main", NOBODY)
    await remote.resolve(url, "main", HOLDER)
    assert methods(http) == ["GET", "POST"] * 2
    return url


async def test_the_next_look_up_is_one_request(http: HttpServer, origin: Origin, remote: Remote, known: str) -> None:
    tip = origin.commit({"a": "2"})
    assert (await remote.resolve(known, "main", NOBODY)).commit == tip
    assert methods(http) == ["POST"]


async def test_another_repository_of_the_server_introduces_itself(
    http: HttpServer, origin: Origin, remote: Remote, known: str
) -> None:
    shutil.copytree(origin.path, origin.path.parent / "other.git")
    await remote.resolve(f"{http.url}/other.git", "main", NOBODY)
    assert methods(http) == ["GET", "POST"]


async def test_so_it_does_for_another_credential(http: HttpServer, remote: Remote, known: str) -> None:
    await remote.resolve(known, "main", Credentials.token("another"))
    assert methods(http) == ["GET", "POST"]


async def test_a_server_that_speaks_version_0_by_now_is_understood(
    http: HttpServer, origin: Origin, remote: Remote, known: str
) -> None:
    tip = origin.commit({"a": "2"})
    http.behaviour.v2 = False
    assert (await remote.resolve(known, "main", NOBODY)).commit == tip
    assert methods(http)[:2] == ["POST", "GET"]
    await remote.resolve(known, "main", NOBODY)
    assert methods(http) == ["GET"]


async def test_a_repository_that_is_gone_is_said_to_be_gone(
    http: HttpServer, origin: Origin, remote: Remote, known: str
) -> None:
    shutil.rmtree(origin.path)
    with pytest.raises(RepositoryNotFound):
        await remote.resolve(known, "main", NOBODY)


async def test_a_credential_that_is_refused_by_now_is_said_to_be_refused(
    http: HttpServer, remote: Remote, known: str
) -> None:
    http.behaviour.token = "another"
    with pytest.raises(GitAuthFailed):
        await remote.resolve(known, "main", HOLDER)


async def test_a_failure_is_told_by_the_full_question_and_mends_itself(
    http: HttpServer, remote: Remote, known: str
) -> None:
    http.behaviour.status = 500
    with pytest.raises(GitServerError):
        await remote.resolve(known, "main", NOBODY)
    http.behaviour.status = None
    methods(http)
    await remote.resolve(known, "main", NOBODY)
    assert methods(http) == ["GET", "POST"]


async def test_where_a_redirect_led_is_not_remembered(http: HttpServer, origin: Origin, remote: Remote) -> None:
    origin.commit({"a": "1"})
    http.behaviour.redirects = {"/old.git": f"{http.url}/{origin.path.name}"}
    for _ in range(2):
        await remote.resolve(f"{http.url}/old.git", "main", NOBODY)
        assert methods(http) == ["GET", "GET", "POST"]


async def test_one_that_has_moved_since_is_followed(
    http: HttpServer, origin: Origin, remote: Remote, known: str
) -> None:
    moved = origin.path.parent / "moved.git"
    shutil.copytree(origin.path, moved)
    http.behaviour.redirects = {f"/{origin.path.name}": f"{http.url}/moved.git"}
    assert (await remote.resolve(known, "main", NOBODY)).commit
    assert [path.split("/")[1] for _, path, _ in http.requests][-2:] == ["moved.git", "moved.git"]


def test_it_is_remembered_for_a_while_and_by_few() -> None:
    moment = 0.0
    known = Known(lambda: moment)
    known.note("https://a.example/x", NOBODY)
    moment = KNOWN_SECONDS - 1
    assert known.has("https://a.example/x", NOBODY)
    moment = KNOWN_SECONDS
    assert not known.has("https://a.example/x", NOBODY)
    for number in range(KNOWN + 1):
        known.note(f"https://a.example/{number}", NOBODY)
    assert not known.has("https://a.example/0", NOBODY)
    assert known.has(f"https://a.example/{KNOWN}", NOBODY)
