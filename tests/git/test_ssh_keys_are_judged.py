"""What people put into a Secret as an ssh key: what is one, and what is refused with what it is and the remedy."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from stoker.errors import CredentialsInvalid
from stoker.git.credentials import Credentials
from stoker.git.ssh_key import private_key
from tests.fakes.sshd import key_pair

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.sshd import KeyPair

FORMS = [
    ("ed25519", "RFC4716"),
    ("ecdsa", "RFC4716"),
    ("ecdsa", "PEM"),
    ("ecdsa", "PKCS8"),
    ("rsa", "RFC4716"),
    ("rsa", "PEM"),
    ("rsa", "PKCS8"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where keys are made."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def pair(folder: Path) -> KeyPair:
    """A good one."""
    return key_pair(folder)


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_key_as_ssh_keygen_writes_it_is_taken_as_it_is(folder: Path, kind: str, form: str) -> None:
    made = key_pair(folder, kind, form=form)
    assert private_key(made.private) == made.private


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: f"\n\n  {text}\n ",
        lambda text: f"my key\n{text}",
        lambda text: text.replace("\n", "\r"),
    ],
    ids=["windows", "no last line end", "blanks around", "a title", "old mac"],
)
def test_line_ends_and_what_stands_around_are_put_in_order(pair: KeyPair, damage: Callable[[str], str]) -> None:
    assert private_key(damage(pair.private)) == pair.private


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_an_encrypted_key_is_refused(folder: Path, kind: str, form: str) -> None:
    with pytest.raises(CredentialsInvalid, match=r"the ssh key is encrypted.*ssh-keygen -N ''"):
        private_key(key_pair(folder, kind, passphrase="sesame", form=form).private)


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_key_that_is_cut_short_is_refused(folder: Path, kind: str, form: str) -> None:
    lines = key_pair(folder, kind, form=form).private.splitlines()
    del lines[-3]
    with pytest.raises(CredentialsInvalid, match=r"cut short|malformed"):
        private_key("\n".join(lines))


def test_a_damaged_key_is_refused(pair: KeyPair) -> None:
    head, *body, tail = pair.private.strip().split("\n")
    blob = bytearray(base64.b64decode("".join(body)))
    blob[-30:] = b""
    with pytest.raises(CredentialsInvalid, match="cut short"):
        private_key("\n".join([head, base64.b64encode(bytes(blob)).decode(), tail]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("hunter2", "is no private key"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIJw me@here", "is the public half"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "is the public half"),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----", "is the public half"),
        ("PuTTY-User-Key-File-3: ssh-ed25519", "PuTTY's format"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "is a certificate"),
        ("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----", "not served"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "cut short"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "not OpenSSH's"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\n?\n-----END OPENSSH PRIVATE KEY-----", "no base64"),
        ("-----BEGIN OPENSSH PRIVATE KEY----- AAAA -----END OPENSSH PRIVATE KEY-----", "lost its line ends"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "no key"),
        ("-----BEGIN PRIVATE KEY-----\nMIIBAAAA\n-----END PRIVATE KEY-----", "cut short"),
    ],
)
def test_what_is_no_private_key_is_called_by_what_it_is(text: str, said: str) -> None:
    with pytest.raises(CredentialsInvalid, match=said) as caught:
        private_key(text)
    assert "put an unencrypted OpenSSH or PEM private key into the Secret's key" in str(caught.value)


def test_two_keys_are_one_too_many(pair: KeyPair) -> None:
    with pytest.raises(CredentialsInvalid, match="2 keys in one"):
        private_key(pair.private * 2)


def test_a_refused_key_is_not_shown(folder: Path) -> None:
    text = key_pair(folder, passphrase="sesame").private
    with pytest.raises(CredentialsInvalid) as caught:
        private_key(text)
    assert [line for line in text.splitlines()[1:-1] if line in f"{caught.value!r}"] == []


def test_a_key_prints_as_stars(pair: KeyPair) -> None:
    holder = Credentials.ssh_key(pair.private)
    said = f"{holder} {holder!r} {holder.fingerprint}"
    assert [line for line in pair.private.splitlines()[1:-1] if line in said] == []


def test_the_hosts_trusted_tell_two_holders_of_a_key_apart(pair: KeyPair) -> None:
    holders = [
        Credentials.ssh_key(pair.private),
        Credentials.ssh_key(pair.private, f"one {pair.public}"),
        Credentials.ssh_key(pair.private, f"two {pair.public}"),
    ]
    assert len({holder.fingerprint for holder in holders}) == 3
