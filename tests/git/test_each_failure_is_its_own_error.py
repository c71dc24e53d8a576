"""What servers do wrong, and the one error that each becomes, in look-ups and in fetches alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import (
    CredentialsInvalid,
    GitAuthFailed,
    GitServerError,
    GitUnreachable,
    RepositoryNotFound,
    StokerError,
)
from stoker.git.credentials import Credentials
from tests.fakes.gitservers import HttpServer, closed_port, git_daemon, http_backend, own_certificate
from tests.git.stores import content

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from stoker.git.fetch import StorePool
    from stoker.git.remote import Remote
    from tests.fakes.gitrepos import Origin

NOBODY, HOLDER = Credentials.none(), Credentials.token("a-token-that-is-wrong")
ANY = "a" * 40


@pytest.fixture(params=["look-up", "fetch"])
def ask(request: pytest.FixtureRequest, remote: Remote, pool: StorePool) -> Callable[..., Awaitable[object]]:
    """One of the two things that are asked of a server."""

    async def run(url: str, credentials: Credentials = NOBODY) -> object:
        if request.param == "look-up":
            return await remote.resolve(url, "main", credentials)
        return await pool.ensure(url, ANY, "main", credentials)

    return run


@pytest.mark.parametrize(
    ("status", "error", "remedy"),
    [
        (302, GitServerError, "302"),
        (304, GitServerError, "304"),
        (401, GitAuthFailed, "spec.git.auth"),
        (403, GitAuthFailed, "403"),
        (404, RepositoryNotFound, "check the URL"),
        (410, RepositoryNotFound, "check the URL"),
        (407, CredentialsInvalid, "HTTPS_PROXY"),
        (418, GitServerError, "418"),
        (429, GitServerError, "too often"),
        (500, GitServerError, "asked again"),
        (503, GitServerError, "asked again"),
    ],
)
async def test_a_status(
    http: HttpServer, ask: Callable[..., Awaitable[object]], status: int, error: type[StokerError], remedy: str
) -> None:
    http.behaviour.status = status
    with pytest.raises(error, match=remedy) as caught:
        await ask(f"{http.url}/plant.git")
    assert f"{http.url}/plant.git" in str(caught.value)


async def test_a_wrong_token_is_told_from_a_missing_one(
    http: HttpServer, origin: Origin, ask: Callable[..., Awaitable[object]]
) -> None:
    http.behaviour.token = "the right one"
    with pytest.raises(GitAuthFailed, match="refused"):
        await ask(f"{http.url}/{origin.path.name}", HOLDER)
    with pytest.raises(GitAuthFailed, match="wants a credential"):
        await ask(f"{http.url}/{origin.path.name}")


@pytest.mark.parametrize("target", ["http://[::1", "https://:0:/", "ftp://h.example/", "http:///", "//", "login"])
async def test_a_redirect_to_what_is_no_repository(http: HttpServer, remote: Remote, target: str) -> None:
    http.behaviour.redirects = {"/plant.git": target}
    with pytest.raises(StokerError, match=f"^{http.url}/plant.git: ") as caught:
        await remote.resolve(f"{http.url}/plant.git", "main", NOBODY)
    assert "unexpected" not in str(caught.value)


async def test_a_page_instead_of_git(http: HttpServer, ask: Callable[..., Awaitable[object]]) -> None:
    http.behaviour.body = ("text/html", b"<html>Sign in</html>")
    with pytest.raises(GitServerError, match="not as a git server"):
        await ask(f"{http.url}/plant.git")


async def test_nonsense_in_the_right_wrapping(http: HttpServer, ask: Callable[..., Awaitable[object]]) -> None:
    http.behaviour.body = ("application/x-git-upload-pack-advertisement", b"zzzz nonsense")
    with pytest.raises(GitServerError, match="not"):
        await ask(f"{http.url}/plant.git")


async def test_an_answer_that_would_fill_the_memory(http: HttpServer, remote: Remote) -> None:
    http.behaviour.body = ("application/x-git-upload-pack-advertisement", b"0" * (65 << 20))
    with pytest.raises(GitServerError, match="passes 64 MiB"):
        await remote.resolve(f"{http.url}/plant.git", "main", NOBODY)


async def test_a_server_that_only_hands_out_files(
    http: HttpServer, origin: Origin, ask: Callable[..., Awaitable[object]]
) -> None:
    origin.git("update-server-info")
    http.behaviour.dumb = True
    with pytest.raises(GitServerError, match="not as a git server"):
        await ask(f"{http.url}/{origin.path.name}")


@pytest.mark.parametrize("scheme", ["git", "http"])
async def test_nobody_listens(ask: Callable[..., Awaitable[object]], scheme: str) -> None:
    with pytest.raises(GitUnreachable, match="check the address"):
        await ask(f"{scheme}://127.0.0.1:{closed_port()}/plant.git")


@pytest.mark.parametrize("scheme", ["git", "http"])
async def test_a_host_without_an_address(ask: Callable[..., Awaitable[object]], scheme: str) -> None:
    with pytest.raises(GitUnreachable):
        await ask(f"{scheme}://nowhere.invalid/plant.git")


async def test_a_daemon_that_does_not_have_it(tmp_path: Path, ask: Callable[..., Awaitable[object]]) -> None:
    (tmp_path / "srv").mkdir()
    with git_daemon(tmp_path / "srv") as url, pytest.raises(RepositoryNotFound, match="not exported"):
        await ask(f"{url}/plant.git")


async def test_the_numbers_of_a_port_are_no_status(ask: Callable[..., Awaitable[object]]) -> None:
    with pytest.raises(GitUnreachable):
        await ask("git://404.401.invalid/500/503.git")


@pytest.mark.parametrize("cut", [0, 1, 10, 60, 300, 3000])
async def test_an_answer_cut_short_is_no_commit_and_the_next_fetch_works(
    http: HttpServer, origin: Origin, pool: StorePool, cut: int
) -> None:
    commit = origin.commit({f"f{number}": f"{number * 7919}" * 50 for number in range(100)})
    url = f"{http.url}/{origin.path.name}"
    http.behaviour.cut = cut
    with pytest.raises((GitUnreachable, GitServerError), match=r"asked again|cannot be used|not as a git"):
        await pool.ensure(url, commit, "main", NOBODY)
    http.behaviour.cut = None
    assert (await pool.ensure(url, commit, "main", NOBODY)).operation == "clone"
    assert len(content(pool.tree(url, commit))) == 100


async def test_a_compressing_server_is_understood(
    http: HttpServer, origin: Origin, pool: StorePool, remote: Remote
) -> None:
    commit = origin.commit({"a": "1"})
    http.behaviour.gzip = True
    url = f"{http.url}/{origin.path.name}"
    assert (await remote.resolve(url, "main", NOBODY)).commit == commit
    await pool.ensure(url, commit, "main", NOBODY)
    assert content(pool.tree(url, commit)) == {"a": b"1"}


async def test_a_fetch_goes_through_the_proxy_of_the_environment(
    http: HttpServer, monkeypatch: pytest.MonkeyPatch, pool: StorePool
) -> None:
    monkeypatch.setenv("https_proxy", http.url)
    with pytest.raises(StokerError, match=r"git\.plant\.invalid.*the proxy says \"501 .*check HTTPS_PROXY"):
        await pool.ensure("https://git.plant.invalid/plant.git", ANY, "main", NOBODY)


async def test_a_certificate_that_nobody_vouches_for(
    tmp_path: Path, origin: Origin, ask: Callable[..., Awaitable[object]]
) -> None:
    origin.commit({"a": "1"})
    with http_backend(tmp_path / "srv", tls=own_certificate(tmp_path)) as served:
        with pytest.raises(GitUnreachable, match="TLS certificate"):
            await ask(f"{served.url}/{origin.path.name}", HOLDER)
        assert served.authorizations == []
