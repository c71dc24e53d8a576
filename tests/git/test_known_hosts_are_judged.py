"""A known_hosts text: what is kept of it, and what is refused because libssh2 would pass over it."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from stoker.errors import CredentialsInvalid
from stoker.git.known_hosts import KnownHosts


def key(kind: str = "ssh-ed25519") -> str:
    return base64.b64encode(len(kind).to_bytes(4) + kind.encode() + b"\0\0\0\x04abcd").decode()


ED = f"ssh-ed25519 {key()}"
RSA = f"ssh-rsa {key('ssh-rsa')}"


def hashed(host: str) -> str:
    salt = b"x" * 20
    digest = hmac.new(salt, host.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    "text",
    [
        f"host {ED}\n",
        f"host {ED}",
        f"host {ED}\r\n",
        f"# a comment\n\n  host\t{ED}  me@here, on a Monday\n",
        f"host {ED}\nold ssh-dss {key('ssh-dss')}\n",
    ],
    ids=["as written", "no last line end", "windows", "comments", "a type nobody serves"],
)
def test_what_is_kept_is_host_type_and_key(text: str) -> None:
    assert KnownHosts.parse(text).text == f"host {ED}\n"


def test_every_key_of_a_host_is_kept() -> None:
    assert KnownHosts.parse(f"host {ED}\nhost {RSA}\n").text == f"host {ED}\nhost {RSA}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            f"@revoked host {ED}",
            "begins with @revoked, which is not served; remove the line, and every line of that key",
        ),
        (f"@cert-authority *.example {ED}", "begins with @cert-authority"),
        (f"*.example {ED}", "has a pattern for the host; write a line for each host"),
        (f"host? {ED}", "pattern"),
        (f"host,!other {ED}", "pattern"),
        (f"[host*]:2222 {ED}", "pattern"),
        ("host", "is not 'host type key'"),
        ("host ssh-ed25519", "is not 'host type key'"),
        (key(), "is not 'host type key'"),
        ("host ssh-ed25519 ?", "is not 'host type key'"),
        ("host 1024 35 1234567", "is not 'host type key'"),
        (f"host ssh-rsa {key()}", "not of its type 'ssh-rsa'"),
        (f"|1|short {ED}", "hashed host that is malformed"),
        (f"|1|AAAA|AAAA {ED}", "hashed host that is malformed"),
    ],
)
def test_a_line_that_would_be_passed_over_is_refused_by_its_number(line: str, said: str) -> None:
    with pytest.raises(CredentialsInvalid, match=r"^known_hosts, line 3 ") as caught:
        KnownHosts.parse(f"# mine\nhost {ED}\n{line}\n")
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", f"old ssh-dss {key('ssh-dss')}\n"])
def test_a_text_without_a_key_would_let_nobody_in(text: str) -> None:
    with pytest.raises(CredentialsInvalid, match=r"names no host key.*ssh-keyscan HOST"):
        KnownHosts.parse(text)


@pytest.mark.parametrize(
    ("names", "host", "port", "named"),
    [
        ("host", "host", 22, True),
        ("host", "HOST", 22, True),
        ("host", "host", 2222, True),
        ("other,host", "host", 22, True),
        ("[host]:2222", "host", 2222, True),
        ("[host]:2222", "host", 22, False),
        ("other", "host", 22, False),
        (hashed("host"), "host", 22, True),
        (hashed("[host]:2222"), "host", 2222, True),
        (hashed("other"), "host", 22, False),
    ],
)
def test_a_host_is_found_as_ssh_finds_it(names: str, host: str, port: int, named: bool) -> None:
    assert KnownHosts.parse(f"{names} {ED}").names(host, port) is named
