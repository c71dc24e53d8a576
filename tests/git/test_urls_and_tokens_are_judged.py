"""What users write as repository and token, and what is refused with a remedy."""

from __future__ import annotations

import pytest

from stoker.errors import CredentialsInvalid, GitUrlInvalid, TransportUnsupported
from stoker.git.credentials import Credentials
from stoker.git.urls import place


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


@pytest.mark.parametrize("url", ["ssh://git@git.example/plant.git", "git@git.example:team/plant.git"])
def test_ssh_is_refused_and_not_ignored(url: str) -> None:
    with pytest.raises(TransportUnsupported, match="https URL with a token"):
        place(url)


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
