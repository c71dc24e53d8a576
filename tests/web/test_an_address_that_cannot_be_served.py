"""HOST:PORT: what is taken, foreign, unknown or misspelt is said in one line with the remedy."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.errors import AddressUnusable, SettingsInvalid
from stoker.web.listen import check_address, parse_address
from stoker.web.serve import serve
from tests.web.conftest import App

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield f"127.0.0.1:{other.getsockname()[1]}"


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("127.0.0.1:9444", ("127.0.0.1", 9444)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_an_address_is_read(text: str, pair: tuple[str, int]) -> None:
    assert parse_address(text, what="--probes") == pair


@pytest.mark.parametrize("text", ["", "9444", ":9444", "host:", "host:65536", "host:-1", "host:٣", "::1:80", "a b:80"])
def test_a_wrong_address_names_the_flag(text: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"--probes .* must be HOST:PORT, such as"):
        parse_address(text, what="--probes")


def test_a_taken_port_is_said_before_anything_starts(taken: str) -> None:
    with pytest.raises(AddressUnusable, match=f"--probes {taken} cannot be served: it is in use by another process"):
        check_address(taken, what="--probes")


async def test_a_taken_port_is_said_by_the_server_too(taken: str) -> None:
    with pytest.raises(AddressUnusable, match="in use by another process; stop that one, or choose another port"):
        await serve(App(), bind=taken, stopping=trio.Event())


@pytest.mark.parametrize(
    ("address", "why"),
    [("192.0.2.1:0", "this machine has no such address"), ("no-such-host.invalid:0", "this host name leads nowhere")],
)
async def test_a_foreign_or_unknown_host_is_said(address: str, why: str) -> None:
    with pytest.raises(AddressUnusable, match=why):
        await serve(App(), bind=address, stopping=trio.Event())
    with pytest.raises(AddressUnusable, match=why):
        check_address(address, what="--probes")


def test_a_checked_address_is_free_afterwards() -> None:
    check_address("127.0.0.1:0", what="--probes")


async def test_ipv6_is_served() -> None:
    stopping = trio.Event()
    told: list[list[str]] = []

    def bound(urls: list[str]) -> None:
        told.append(urls)
        stopping.set()

    await serve(App(), bind="[::1]:0", stopping=stopping, on_bound=bound)
    assert told[0][0].startswith("http://[::1]:")
