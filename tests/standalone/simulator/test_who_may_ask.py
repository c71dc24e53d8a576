"""Keys and rights: 401, 403 and 404 as the gateway gives them, and a GET that proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.standalone.simulator.keys import token_config
from tests.standalone.simulator.conftest import API, KEY, Ask

if TYPE_CHECKING:
    from pathlib import Path

    import trio
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway

SCAN = f"{API}/scan/projects"
TOKENS = "config/resources/core/ignition/api-token"


async def test_a_get_works_without_a_key_while_post_needs_one(ask: Ask) -> None:
    assert (await ask.get(SCAN)).status_code == 200
    answer = await ask.post(SCAN, key=None)
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("key", ["stoker:wrong", "stoker", ":", "s3cret"])
async def test_a_wrong_key_gets_401_with_jettys_page(ask: Ask, key: str) -> None:
    answer = await ask.post(SCAN, key=key)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_gateway_without_a_set_key_still_wants_a_well_formed_one(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.key = ""
    assert (await ask.post(SCAN, key="any:one")).status_code == 200
    assert (await ask.post(SCAN, key="anyone")).status_code == 401


async def test_a_key_for_secure_connections_is_refused_over_http_only(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.secure_only = True
    assert (await ask.post(SCAN)).status_code == 401
    assert (await ask.post(f"https://gateway{SCAN}")).status_code == 200


async def test_a_key_without_write_permission_gets_403_whose_status_is_a_string(
    gateway: SimulatedGateway, ask: Ask
) -> None:
    gateway.may_write = False
    answer = await ask.post(SCAN)
    assert answer.status_code == 403
    assert answer.json() == {"message": "Forbidden", "url": SCAN, "status": "403"}


@pytest.mark.parametrize(
    ("content", "kind"), [(b"", "application/json"), (b"{}", "text/plain"), (b"[]", "application/json")]
)
async def test_a_scan_without_json_type_and_object_gets_403(ask: Ask, content: bytes, kind: str) -> None:
    headers = {"X-Ignition-API-Token": KEY, "Content-Type": kind}
    assert (await ask.http.post(SCAN, content=content, headers=headers)).status_code == 403
    assert ask.gateway.scans == []


@pytest.mark.parametrize("path", [f"{API}/scan/tags", f"{API}/nothing", "/data/api/v2/scan/projects", "/elsewhere"])
async def test_an_unknown_route_is_404(ask: Ask, path: str) -> None:
    assert (await ask.post(path)).status_code == 404


async def test_an_old_gateway_has_no_such_api_but_pings(gateway: SimulatedGateway, ask: Ask) -> None:
    gateway.version = "8.1"
    assert (await ask.post(SCAN)).status_code == 404
    assert (await ask.get(f"{API}/designers")).status_code == 404
    assert (await ask.get("/StatusPing")).json() == {"state": "RUNNING"}


async def test_keys_of_the_data_directory_are_read_at_start_and_replaced_by_a_config_scan(
    gateway: SimulatedGateway, ask: Ask, data: Path, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    config = data / TOKENS / "stoker" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_bytes(token_config("b2xk", secure_only=False))
    gateway.keys_in_data = True
    await nursery.start(gateway.background)
    config.write_bytes(token_config("bmV3", secure_only=False))
    assert (await ask.post(f"{API}/scan/config", key="stoker:b2xk")).status_code == 200
    await ask.idle("config")
    assert (await ask.post(SCAN, key="stoker:b2xk")).status_code == 401
    assert (await ask.post(SCAN, key="stoker:bmV3")).status_code == 200


@pytest.mark.parametrize(("secure_only", "levels", "status"), [(True, ("Authenticated",), 401), (False, (), 403)])
async def test_a_key_of_the_data_directory_has_its_own_limits(
    gateway: SimulatedGateway,
    ask: Ask,
    data: Path,
    nursery: trio.Nursery,
    *,
    secure_only: bool,
    levels: tuple[str, ...],
    status: int,
) -> None:
    config = data / TOKENS / "stoker" / "config.json"
    config.parent.mkdir(parents=True)
    config.write_bytes(token_config("b2xk", secure_only=secure_only, levels=levels))
    gateway.keys_in_data = True
    await nursery.start(gateway.background)
    assert (await ask.post(SCAN, key="stoker:b2xk")).status_code == status


async def test_the_local_collection_wins_over_core(
    gateway: SimulatedGateway, ask: Ask, data: Path, nursery: trio.Nursery
) -> None:
    for collection, secret in (("core", "Y29yZQ"), ("local", "bG9jYWw"), ("external", "ZXh0")):
        config = data / f"config/resources/{collection}/ignition/api-token/stoker/config.json"
        config.parent.mkdir(parents=True)
        config.write_bytes(token_config(secret, secure_only=False))
    gateway.keys_in_data = True
    await nursery.start(gateway.background)
    assert [(await ask.post(SCAN, key=f"stoker:{secret}")).status_code for secret in ("bG9jYWw", "Y29yZQ")] == [
        200,
        401,
    ]
