"""What users write as repository and token, and what is refused with a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import CredentialsInvalid, GitUrlInvalid
from stoker.git.credentials import Credentials
from stoker.git.urls import place
from tests.fakes.sshd import key_pair

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "transport", "address"),
    [
        ("https://Git.Example/team/plant.git/", "http", "https://git.example/team/plant.git"),
        ("http://[::1]:8080/plant", "http", "http://[::1]:8080/plant"),
        ("HTTPS://me:pass@git.example/plant.git", "http", "https://git.example/plant.git"),
        ("git://git.example:9419/plant.git", "git", "git://git.example:9419/plant.git"),
        ("file:///srv/with%20blank.git", "file", "file:///srv/with%20blank.git"),
    ],
)
def test_a_usable_url(url: str, transport: str, address: str) -> None:
    found = place(url)
    assert (found.transport, found.url) == (transport, address)


def test_the_path_of_a_local_repository_is_unquoted() -> None:
    assert place("file:///srv/with%20blank.git").path == "/srv/with blank.git"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "plant.git",
        "/srv/plant.git",
        "ftp://git.example/plant.git",
        "https://",
        "https:///plant.git",
        "http://[::1/plant",
        "http://git.example:99999/plant",
        "https://git.example/plant.git?x=1",
        "https://git.example/plant.git#main",
        "https://git.example/pl ant.git",
        "https://git.example/plant.git\n",
        "--upload-pack=x",
        "file://elsewhere/srv/plant.git",
        "file:///srv/%00.git",
    ],
)
def test_an_unusable_url_is_refused_with_the_field_to_correct(url: str) -> None:
    with pytest.raises(GitUrlInvalid, match=r"spec\.git\.repo|absolute path"):
        place(url)


@pytest.mark.parametrize(
    ("url", "address", "host", "port"),
    [
        ("ssh://git@Git.Example/plant.git", "ssh://git@git.example/plant.git", "git.example", 22),
        ("ssh://git.example/plant.git", "ssh://git@git.example/plant.git", "git.example", 22),
        ("git+ssh://me@git.example:2222/plant/", "ssh://me@git.example:2222/plant", "git.example", 2222),
        ("ssh://me@[::1]:2222/plant", "ssh://me@[::1]:2222/plant", "::1", 2222),
        ("ssh://me@git.example/~/plant.git", "ssh://me@git.example/~/plant.git", "git.example", 22),
        ("git@git.example:team/plant.git", "git@git.example:team/plant.git", "git.example", 22),
        ("Git@Git.Example:Team/plant.git", "Git@git.example:Team/plant.git", "git.example", 22),
        ("git@git.example:/srv/plant.git", "git@git.example:/srv/plant.git", "git.example", 22),
        ("[git@git.example:2222]:team/plant.git", "[git@git.example:2222]:team/plant.git", "git.example", 2222),
    ],
)
def test_a_usable_url_of_ssh(url: str, address: str, host: str, port: int) -> None:
    assert place(url) == ("ssh", address, "", None, host, port)
    assert place(url).shown == address


@pytest.mark.parametrize(
    "url",
    [
        "ssh://git@git.example",
        "ssh://git@git.example/",
        "ssh://git@/plant.git",
        "ssh://git:secret-word@git.example/plant.git",
        "ssh://git@-oProxyCommand=x/plant.git",
        "ssh://git@git.example/plant.git#main",
        "git@-oProxyCommand=x:plant.git",
        "git@git.example:",
        "git@git.example:/",
        "git:secret-word@git.example:plant.git",
        "git.example:plant.git",
    ],
)
def test_an_unusable_url_of_ssh(url: str) -> None:
    with pytest.raises(GitUrlInvalid, match=r"spec\.git\.repo") as caught:
        place(url)
    assert "secret-word" not in str(caught.value)


def test_a_token_is_not_for_ssh_nor_a_key_for_https(tmp_path: Path) -> None:
    with pytest.raises(CredentialsInvalid, match=r"takes no token; use an https URL, or spec\.git\.auth\.sshKey"):
        Credentials.token("abcdef").at(place("git@git.example:plant.git"))
    with pytest.raises(CredentialsInvalid, match="not reached by ssh"):
        Credentials.ssh_key(key_pair(tmp_path).private).at(place("https://git.example/plant.git"))


@pytest.mark.parametrize("url", ["https://me:hunter22222@git.example/a b", "ftp://me:hunter22222@git.example/x"])
def test_a_refusal_does_not_show_the_password(url: str) -> None:
    with pytest.raises(GitUrlInvalid) as caught:
        place(url)
    assert "hunter22222" not in str(caught.value)


def test_the_password_of_a_url_is_a_credential_and_not_part_of_it() -> None:
    where = place("https://me:p%40ss-word@git.example/plant.git")
    assert "ss-word" not in f"{where} {where!r} {where.shown}"
    assert Credentials.none().at(where).pair == ("me", "p@ss-word")


def test_a_token_wins_over_the_url() -> None:
    where = place("https://me:password@git.example/plant.git")
    assert Credentials.token("abcdef").at(where).pair == ("x-access-token", "abcdef")


def test_a_token_is_trimmed() -> None:
    assert Credentials.token(" \tabcdef\r\n").pair == ("x-access-token", "abcdef")


@pytest.mark.parametrize("value", ["", "\n", "two\nlines", "two words", "caf\u00e9", "nul\0"])
def test_what_is_no_token_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(CredentialsInvalid, match="put one token into the Secret's key") as caught:
        Credentials.token(value)
    assert len(value.strip()) < 2 or value not in str(caught.value)


def test_two_credentials_are_told_apart_without_giving_them_away() -> None:
    first, second = Credentials.token("first-token"), Credentials.token("second-token")
    assert len({first.fingerprint, second.fingerprint, Credentials.none().fingerprint}) == 3
    assert "first-token" not in first.fingerprint
