"""Conditions: their types and reasons, their order, and the one rule of lastTransitionTime."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stoker.api import conditions as c
from stoker.api.conditions import Condition, merged

OLD, NOW = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def condition(kind: str = c.READY, status: Any = "True", reason: str = "SyncSucceeded", **more: Any) -> Condition:
    return Condition(type=kind, status=status, reason=reason, **more)


BEFORE = [condition(last_transition_time=OLD, observed_generation=1, message="before")]


def test_a_new_condition_begins_now() -> None:
    assert merged([], [condition()], NOW)[0].last_transition_time == NOW


@pytest.mark.parametrize(
    "wanted",
    [
        condition(),
        condition(reason="Other"),
        condition(message="other"),
        condition(observed_generation=7),
        condition(last_transition_time="2020-01-01T00:00:00Z"),
    ],
    ids=["same", "reason", "message", "generation", "time"],
)
def test_the_time_stays_while_the_status_stays(wanted: Condition) -> None:
    (after,) = merged(BEFORE, [wanted], NOW)
    assert after == msgspec.structs.replace(wanted, last_transition_time=OLD)


@pytest.mark.parametrize("status", ["False", "Unknown"])
def test_the_time_moves_when_the_status_flips(status: str) -> None:
    (after,) = merged(BEFORE, [condition(status=status)], NOW)
    assert (after.status, after.last_transition_time) == (status, NOW)


def test_a_condition_that_never_had_a_time_gets_one() -> None:
    assert merged([condition()], [condition()], NOW)[0].last_transition_time == NOW


def test_the_order_is_that_of_what_is_wanted_and_the_rest_vanishes() -> None:
    before = [condition(kind, last_transition_time=OLD) for kind in (c.SSH_HOST_KEY, c.READY, c.REF_RESOLVED)]
    after = merged(before, [condition(c.REF_RESOLVED), condition(c.READY), condition(c.REF_SKEW)], NOW)
    assert [(item.type, item.last_transition_time) for item in after] == [
        (c.REF_RESOLVED, OLD),
        (c.READY, OLD),
        (c.REF_SKEW, NOW),
    ]


def test_the_same_again_is_equal_so_that_nothing_is_written() -> None:
    once = merged([], [condition(), condition(c.REF_SKEW, "False", "NoRefSkew")], OLD)
    assert merged(once, [condition(), condition(c.REF_SKEW, "False", "NoRefSkew")], NOW) == once


def test_a_condition_is_found_by_type() -> None:
    assert c.find(BEFORE, c.READY) is BEFORE[0]
    assert c.find(BEFORE, c.REF_SKEW) is None


def test_types_and_reasons_are_the_contract_s() -> None:
    assert {
        "RefResolved": ("RefResolved", "RefResolutionFailed", "GitHubAppExchangeFailed"),
        "ProfilesValid": ("ProfilesValid", "ProfilesInvalid"),
        "AllGatewaysSynced": ("SyncSucceeded", "SyncInProgress", "NoGatewaysDiscovered", "MapsTooLarge"),
        "SidecarInjected": ("SidecarPresent", "SidecarMissing"),
        "SSHHostKeyVerification": ("HostKeyVerificationEnabled", "HostKeyVerificationDisabled"),
        "Ready": ("SyncSucceeded", "Reconciling", "Paused"),
    }.items() <= c.REASONS.items()
    assert set(c.TYPES) == set(c.REASONS)
    assert "RefSkew" in c.TYPES


def test_a_condition_is_written_whole_in_camel_case() -> None:
    assert msgspec.to_builtins(condition(message="", observed_generation=0, last_transition_time=NOW)) == {
        "type": "Ready",
        "status": "True",
        "reason": "SyncSucceeded",
        "message": "",
        "observedGeneration": 0,
        "lastTransitionTime": NOW,
    }
