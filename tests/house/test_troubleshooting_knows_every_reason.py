"""docs/troubleshooting.md has an entry for every reason of a condition or an event that the code can give, and for no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reference import events
from stoker.api.conditions import REASONS
from tests.house.conftest import text
from tests.house.emitted import event_reasons

PAGE = text(Path("docs/troubleshooting.md"))
HEADINGS = re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE)
GIVEN = {reason for reasons in REASONS.values() for reason in reasons} | {reason for reason, _ in events.EVENTS}


@pytest.mark.parametrize("reason", sorted(GIVEN | set(event_reasons())))
def test_a_reason_has_an_entry(reason: str) -> None:
    assert HEADINGS.count(reason) == 1


def test_there_is_no_entry_for_what_nobody_says() -> None:
    assert set(HEADINGS) - GIVEN == set()


def test_a_condition_s_reasons_stand_under_its_name() -> None:
    places = {part.splitlines()[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
    seen: set[str] = set()
    for kind in (
        "Ready",
        "RefResolved",
        "ProfilesValid",
        "AllGatewaysSynced",
        "SidecarInjected",
        "SSHHostKeyVerification",
        "RefSkew",
    ):
        told = set(re.findall(r"^### `(\w+)`$", places[kind], re.MULTILINE))
        assert told == set(REASONS[kind]) - seen
        seen |= told


def test_every_entry_says_something_and_every_link_leads_somewhere() -> None:
    entries = re.split(r"^### .*$", PAGE, flags=re.MULTILINE)[1:]
    assert all(re.split(r"^## ", entry, flags=re.MULTILINE)[0].strip() for entry in entries)
    anchors = {heading.lower() for heading in HEADINGS}
    assert set(re.findall(r"\]\(#(\w+)\)", PAGE)) <= anchors
