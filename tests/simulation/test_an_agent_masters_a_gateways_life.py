"""First boot, seeding, commissioning, restarts, replaced keys, rewritten signatures: the agent ends in sync, and at rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import trio

if TYPE_CHECKING:
    from trio.testing import MockClock

from stoker.standalone.simulator.keys import token_config
from stoker.standalone.simulator.knobs import SECURITY_PROPERTIES
from tests.simulation.conftest import VIEW, Duel, view

PROPERTIES = "config/ignition/security-properties/config.json"
TOKEN = "config/ignition/api-token/stoker/config.json"


async def test_a_first_boot_with_seeding_and_commissioning_ends_in_sync(duel: Duel, autojump_clock: MockClock) -> None:
    plant, gateway = duel.plant, duel.gateway
    await plant.push({PROPERTIES: '{"ours": true}'})
    gateway.state, gateway.start_seconds, gateway.needs_commissioning = "starting", 60, True
    gateway.commission_seconds, gateway.commissioning_drops_permission = 30, True
    gateway.seed = {f"{VIEW}/view.json": b'{"seeded": true}'}
    await plant.run()
    assert plant.live(f"{VIEW}/view.json") == "{}"
    await duel.boot()
    assert plant.live(f"{VIEW}/view.json") == '{"seeded": true}'
    await trio.sleep(200)
    assert plant.report.sync_status == "Synced"
    assert plant.live(f"{VIEW}/view.json") == "{}"
    assert plant.live(f"{SECURITY_PROPERTIES}/config.json") == '{"ours": true}'
    assert gateway.scans[-2:] == ["projects", "config"]
    assert duel.whole


async def test_while_the_gateway_starts_nothing_is_asked_but_who_it_is(duel: Duel, autojump_clock: MockClock) -> None:
    duel.gateway.state, duel.gateway.start_seconds = "starting", 60
    await duel.boot()
    await duel.plant.run(30)
    assert {asked.path for asked in duel.gateway.record.asked} == {"/system/gwinfo"}
    assert duel.plant.report.sync_status == "Pending"


async def test_a_restart_is_followed_by_a_scan_and_then_by_silence(duel: Duel, autojump_clock: MockClock) -> None:
    await duel.boot()
    await duel.plant.run(30)
    duel.gateway.start_seconds = 60
    duel.gateway.restart()
    duel.gateway.scans.clear()
    await trio.sleep(120)
    assert duel.gateway.scans in (["projects", "config"], ["projects", "config"] * 2)
    duel.gateway.scans.clear()
    await trio.sleep(3600)
    assert duel.gateway.scans == []
    assert duel.plant.report.sync_status == "Synced"


async def test_a_sync_may_replace_the_very_key_that_it_uses(duel: Duel, autojump_clock: MockClock) -> None:
    plant, gateway = duel.plant, duel.gateway
    gateway.keys_in_data, plant.key = True, "stoker:b2xk"
    await plant.push({TOKEN: token_config("b2xk", secure_only=False).decode()})
    await plant.run()
    await duel.boot()
    await trio.sleep(30)
    await plant.push({TOKEN: token_config("bmV3", secure_only=False).decode()})
    await trio.sleep(30)
    await plant.push(view('{"after": "rotation"}'))
    await trio.sleep(5)
    assert plant.report.sync_status == "Error"
    assert "401" in plant.report.error_message
    plant.key = "stoker:bmV3"
    await trio.sleep(120)
    assert (plant.report.sync_status, plant.report.error_message) == ("Synced", "")


async def test_a_wrongly_signed_resource_is_rewritten_once_and_is_no_drift(
    duel: Duel, autojump_clock: MockClock
) -> None:
    plant, gateway = duel.plant, duel.gateway
    await duel.boot()
    await plant.run(10)
    await plant.push({f"{VIEW}/view.json": '{"edited": "in git"}'})
    await trio.sleep(10)
    scans = len(gateway.scans)
    await trio.sleep(3600)
    assert gateway.rewritten == [f"{VIEW}/resource.json"]
    assert (
        json.loads(plant.live(f"{VIEW}/resource.json") or "")["attributes"]["lastModification"]["actor"] == "external"
    )
    assert (plant.report.sync_status, plant.report.drift_files, len(gateway.scans)) == ("Synced", 0, scans)


async def test_the_gateways_own_files_are_left_alone(duel: Duel, autojump_clock: MockClock) -> None:
    await duel.boot()
    await duel.plant.run(10)
    identity = duel.plant.live(".uuid")
    await duel.plant.push({f"{VIEW}/view.json": None, f"{VIEW}/resource.json": None})
    await trio.sleep(10)
    assert duel.plant.live(f"{VIEW}/view.json") is None
    assert duel.plant.live(".uuid") == identity
    assert (duel.plant.data / "projects/Plant/.resources").is_dir()
    assert duel.whole


async def test_a_merge_is_under_both_locks_which_its_scans_release(duel: Duel, autojump_clock: MockClock) -> None:
    await duel.boot()
    await duel.plant.run(10)
    duel.gateway.record.locks.clear()
    await duel.plant.push(view('{"next": 1}'))
    await trio.sleep(10)
    assert sorted(duel.gateway.record.locks) == ["config 200", "projects 200"]
    assert duel.gateway.locks.describe("projects") is None
    assert duel.gateway.locks.describe("config") is None


async def test_open_designers_hold_up_a_sync_that_waits_for_them(duel: Duel, autojump_clock: MockClock) -> None:
    plant, gateway = duel.plant, duel.gateway
    await duel.boot()
    await plant.run(10)
    await plant.profiled(designer_session_policy="wait")
    await trio.sleep(10)
    gateway.designers = [{"user": "dana", "project": "Plant"}]
    await plant.push(view('{"waits": true}'))
    await trio.sleep(60)
    assert plant.report.designer_sessions_blocked
    gateway.designers = []
    await trio.sleep(15)
    assert (plant.report.sync_status, plant.live(f"{VIEW}/view.json")) == ("Synced", '{"waits": true}')


async def test_an_old_gateway_is_an_error_that_says_so(duel: Duel, autojump_clock: MockClock) -> None:
    duel.gateway.version = "8.1"
    await duel.boot()
    await duel.plant.run(30)
    assert duel.plant.report.sync_status == "Error"
    assert "Ignition 8.3" in duel.plant.report.error_message
