"""What agents and pods say goes into a status whose schema a real API server enforces: one that is odd hides no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.manager.site import Site

ODD: tuple[dict[str, Any], ...] = (
    {"filesChanged": 2**70},
    {"filesChanged": -(2**70)},
    {"filesChanged": 1e300},
    {"filesChanged": "many"},
    {"errorMessage": "a\0b\x1b[31m" * 500},
    {"projectsSynced": ["\0", "x" * 100] * 1000},
    {"lastSyncTime": "2026-02-30T00:00:00Z"},
    {"syncedCommit": "\U0001f600" * 300},
    {"syncStatus": "MissingSidecar"},
    {"lastSyncDuration": [], "podUID": {}},
)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: json.dumps(odd)[:40])
def test_an_odd_report(site: Site, odd: dict[str, Any]) -> None:
    site.resource()
    site.pod("gw-0")
    site.pod("gw-1")
    site.report("gw-0", **odd)
    site.report("gw-1")
    site.until(lambda: site.gateways().get("gw-1", {}).get("syncStatus") == "Synced", "the other is shown")
    assert set(site.gateways()) == {"gw-0", "gw-1"}


def test_names_as_long_as_a_book(site: Site) -> None:
    site.resource()
    for number in range(8):
        site.pod(f"gw-{number}", gateway_name="n" * 120_000, profile="p" * 120_000)
    site.pod("well")
    site.report("well")
    site.until(lambda: site.gateways().get("well", {}).get("syncStatus") == "Synced", "the other is shown")
    assert len(site.gateways()) == 9
