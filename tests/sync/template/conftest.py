"""The values that most tests of templates use."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def values() -> dict[str, Any]:
    return {
        "GatewayName": "line-3",
        "PodName": "line-3-0",
        "PodOrdinal": 7,
        "Namespace": "plant",
        "CRName": "plant-sync",
        "Ref": "main",
        "Commit": "0123456789",
        "Labels": {},
        "Vars": {"site": "north", "line": "3", "empty": ""},
    }
