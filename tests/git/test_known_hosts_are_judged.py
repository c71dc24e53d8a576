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


@pytest.mark.parametrize("sign", ["\u2028", "\x0c", "\x85", "\r"], ids=ascii)
def test_what_ends_no_line_to_ssh_begins_none(sign: str) -> None:
    text = f"# was{sign}another {ED}\n@revoked another {RSA} too{sign}another {ED}\nhost {ED}\n"
    assert not KnownHosts.parse(text).names("another", 22)


def test_every_key_of_a_host_is_kept() -> None:
    assert KnownHosts.parse(f"host {ED}\nhost {RSA}\n").text == f"host {ED}\nhost {RSA}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"@trusted host {ED}", "begins with @trusted, which is no marker of ssh's"),
        (f"@revoked @revoked host {ED}", "begins with @revoked, which is no marker"),
        ("@revoked", "is not 'host type key'"),
        ("@revoked host", "is not 'host type key'"),
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


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "# nothing\n", f"old ssh-dss {key('ssh-dss')}\n"),
        *(f"@revoked host {ED}\n", f"@cert-authority * {ED}\n"),
    ],
)
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
        ("*.example", "git.example", 22, True),
        ("*.Example", "GIT.example", 22, True),
        ("*.example", "example", 22, False),
        ("10.0.0.?", "10.0.0.7", 22, True),
        ("10.0.0.?", "10.0.0.17", 22, False),
        ("10.0.0.?", "1000007", 22, False),
        ("*", "host", 2222, True),
        ("[*.example]:2222", "git.example", 2222, True),
        ("[*.example]:2222", "git.example", 22, False),
        ("*.example,!old.example", "git.example", 22, True),
        ("*.example,!old.example", "old.example", 22, False),
        ("!old.*,old.example", "old.example", 22, False),
        ("!old.example", "git.example", 22, False),
        ("*,!host", "host", 2222, False),
        ("*" * 200 + "x", "y" * 200, 22, False),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_host_is_found_as_ssh_finds_it(names: str, host: str, port: int, named: bool) -> None:
    known = KnownHosts.parse(f"{names} {ED}")
    assert known.names(host, port) is named
    assert known.of_host(host, port) == (f"[{host.lower()}]:{port} {ED}\n" if named else "")


def test_only_the_hosts_own_keys_are_shown_each_once() -> None:
    known = KnownHosts.parse(f"other {RSA}\nhost,*.example {ED}\n* {ED}\n@cert-authority * {RSA}\n")
    assert known.of_host("host", 22) == f"[host]:22 {ED}\n"


@pytest.mark.parametrize("names", ["host", "*", "another"])
def test_a_revoked_key_is_shown_for_no_host_wherever_the_line_stands(names: str) -> None:
    lines = (f"host {ED}\n", f"host {RSA}\n", f"@revoked {names} {ED}\n")
    for text in ("".join(lines), "".join(reversed(lines))):
        known = KnownHosts.parse(text)
        assert known.of_host("host", 22) == f"[host]:22 {RSA}\n"
        assert known.names("host", 22)


@pytest.mark.parametrize("there", ["[host]:2222", "[*]:2222", "*", hashed("[host]:2222"), "[host]:2222,!host"])
def test_where_the_port_has_a_line_of_its_own_the_hosts_others_do_not_count(there: str) -> None:
    known = KnownHosts.parse(f"host {RSA}\n{there} {ED}\n")
    assert RSA not in known.of_host("host", 2222)
    assert RSA in known.of_host("host", 22)
