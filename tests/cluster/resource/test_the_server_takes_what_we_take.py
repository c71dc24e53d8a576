"""Every good spec of the table is taken, and what comes back means to us what was written: both fill in the same defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.api.crd import object_schema
from stoker.api.spec import parse_spec
from tests.api.good_specs import GOOD
from tests.api.samples import FULL, LEAST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.samples import Change
    from tests.cluster.resource.conftest import Resources


def leaves(schema: dict[str, Any], here: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field of a schema, entries of maps and items of lists as * ."""
    for name, node in schema.get("properties", {}).items():
        yield from leaves(node, (*here, name))
    inner = schema.get("additionalProperties") or schema.get("items")
    if inner and "properties" in inner:
        yield from leaves(inner, (*here, "*"))
    elif "properties" not in schema:
        yield here


def written(spec: Any, place: tuple[str, ...]) -> bool:
    """Whether a spec gives a value at that place, in any entry."""
    if not place:
        return True
    if place[0] == "*":
        entries = spec.values() if isinstance(spec, dict) else spec
        return any(written(entry, place[1:]) for entry in entries)
    return isinstance(spec, dict) and place[0] in spec and written(spec[place[0]], place[1:])


def test_the_table_writes_every_field_at_least_once() -> None:
    specs = [FULL, *(good.spec() for good in GOOD)]
    places = list(leaves(object_schema()["properties"]["spec"]))
    assert len(places) > 40
    assert [place for place in places if not any(written(spec, place) for spec in specs)] == []
    assert len(GOOD) >= 25


@pytest.mark.parametrize("spec", [LEAST, FULL], ids=["least", "full"])
def test_what_is_stored_means_what_was_written(resources: Resources, spec: dict[str, Any]) -> None:
    resources.create(spec)
    assert parse_spec(resources.get()["spec"], name="plant") == parse_spec(spec, name="plant")


@pytest.mark.parametrize("good", GOOD, ids=lambda good: f"{good.path[-1]}={ascii(good.value)[:40]}")
def test_what_would_be_stored_means_what_was_written(judge: Resources, good: Change) -> None:
    stored = judge.judged(good.spec())["spec"]
    assert parse_spec(stored, name="plant") == parse_spec(good.spec(), name="plant")


def test_nothing_that_was_written_is_changed_or_dropped(judge: Resources) -> None:
    assert judge.judged(FULL)["spec"] == FULL


def test_the_server_fills_in_the_defaults_of_what_is_there(judge: Resources) -> None:
    spec: dict[str, Any] = {**LEAST, "polling": {}, "agent": {"image": {}}}
    spec["sync"] = {**LEAST["sync"], "defaults": {}}
    stored = judge.judged(spec)["spec"]
    assert stored["polling"] == {"enabled": True, "interval": "60s"}
    assert stored["gateway"] == {
        "port": 8088,
        "tls": False,
        "api": {"secretName": "ignition-api", "secretKey": "apiKey"},
    }
    assert stored["agent"] == {"image": {"pullPolicy": "IfNotPresent"}}
    assert stored["sync"]["defaults"] == {
        "excludePatterns": ["**/.git/", "**/.gitkeep", "**/.resources/**"],
        "syncPeriod": 30,
        "designerSessionPolicy": "proceed",
        "dryRun": False,
        "paused": False,
        "driftPolicy": "report",
    }


def test_what_a_profile_inherits_stays_unset(judge: Resources) -> None:
    assert judge.judged(LEAST)["spec"]["sync"]["profiles"] == LEAST["sync"]["profiles"]


def test_a_name_of_63_characters_is_taken(resources: Resources) -> None:
    assert resources.create(LEAST, "n" * 63)["metadata"]["generation"] == 1
