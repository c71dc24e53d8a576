"""From a resource to what agents read: one look-up, one ConfigMap, a status that says so."""

from __future__ import annotations

import json

from tests.controller.house import NS, URL, A, House


async def test_its_ref_becomes_a_commit_after_one_look_up(resolved: House) -> None:
    status = resolved.status()
    assert (status.last_sync_commit, status.last_sync_commit_short, status.last_sync_ref) == (A, A[:7], "main")
    assert status.ref_resolution_status == "Resolved"
    assert [asked.wanted for asked in resolved.refs.asked] == [("main",)]


async def test_agents_are_told_every_key_of_the_contract(resolved: House) -> None:
    told = resolved.metadata()
    profiles = json.loads(told.pop("profiles"))
    assert told == {
        "gitURL": URL,
        "commit": A,
        "ref": "main",
        "authType": "none",
        "paused": "false",
        "gatewayPort": "8088",
        "gatewayTLS": "false",
        "requestedAt": "",
        "allowMassDelete": "",
        "historyLimit": "16384",
    }
    assert profiles == {
        "default": {
            "mappings": [{"source": "projects", "destination": "projects"}],
            "excludePatterns": ["**/.git/", "**/.gitkeep", "**/.resources/**"],
            "vars": {},
            "syncPeriod": 30,
            "dryRun": False,
            "designerSessionPolicy": "proceed",
            "paused": False,
            "driftPolicy": "report",
        }
    }


async def test_the_agents_maps_are_made_empty(resolved: House) -> None:
    assert resolved.data("stoker-status-main") == {}
    assert resolved.data("stoker-changes-main") == {}


async def test_it_is_found_in_any_namespace(house: House) -> None:
    await house.resource(namespace="other")
    assert house.status(namespace="other").last_sync_commit == A
    assert house.data("stoker-metadata-main", NS) is None
