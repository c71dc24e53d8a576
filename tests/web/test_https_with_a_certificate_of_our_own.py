"""A server without a given certificate makes one in memory; clients that were shown it trust it by its name."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from stoker.web.certificate import self_signed, server_context
from tests.web.conftest import App

if TYPE_CHECKING:
    from tests.web.conftest import Served

PAIR = self_signed(("localhost", "stoker-manager"))


def trusting(certificate: bytes) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=ssl.create_default_context(cadata=certificate.decode()), trust_env=False)


async def test_what_is_served_is_https(served: Served) -> None:
    url = await served.start(App(), tls=server_context(*PAIR))
    assert url.startswith("https://")
    async with trusting(PAIR[0]) as client:
        assert (await client.get(f"https://localhost:{served.port}/")).text == "hello"


async def test_nobody_who_was_not_shown_it_is_deceived(served: Served) -> None:
    await served.start(App(), tls=server_context(*PAIR))
    async with trusting(self_signed(("localhost",))[0]) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"https://localhost:{served.port}/")


async def test_old_versions_of_tls_are_not_spoken(served: Served) -> None:
    await served.start(App(), tls=server_context(*PAIR))
    old = ssl.create_default_context(cadata=PAIR[0].decode())
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with httpx.AsyncClient(verify=old, trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"https://localhost:{served.port}/")


def test_each_certificate_is_its_own() -> None:
    assert self_signed(("localhost", "stoker-manager")) != PAIR
