"""A good spec is taken up to every bound; a bad one is refused with the path of each fault and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from stoker.api.spec import parse_spec
from stoker.errors import SpecInvalid, Terminal
from tests.api.bad_specs import BAD, RULES
from tests.api.good_specs import GOOD
from tests.api.samples import AUTH, DEFAULT, FULL, LEAST, MAPPING, Bad, Change, changed


def faults(raw: Any, name: str = "plant") -> dict[str, str]:
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(raw, name=name)
    return dict(caught.value.faults)


@pytest.mark.parametrize("spec", [LEAST, FULL], ids=["least", "full"])
def test_a_good_spec_is_taken(spec: dict[str, Any]) -> None:
    assert parse_spec(spec, name="p" * 63).git.repo == spec["git"]["repo"]


@pytest.mark.parametrize("good", GOOD, ids=lambda good: f"{good.path[-1]}={str(good.value)[:40]}")
def test_a_good_value_is_taken(good: Change) -> None:
    parse_spec(good.spec(), name="plant")


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.fault[-60:]}={str(bad.value)[:30]}")
def test_a_bad_value_is_refused_at_its_path(bad: Bad) -> None:
    found = faults(bad.spec())
    assert bad.remedy in found.get(bad.fault, f"(nothing there, but at {list(found)})")


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad not in RULES], ids=lambda bad: bad.fault[-60:])
def test_a_fault_is_told_once(bad: Bad) -> None:
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(bad.spec(), name="plant")
    assert [path for path, _ in caught.value.faults].count(bad.fault) == 1


def test_all_faults_come_at_once_in_one_line() -> None:
    several = [bad for bad in BAD if bad.path[:2] in {("git", "repo"), ("gateway", "port"), ("polling", "interval")}]
    several = list({bad.path: bad for bad in (*several, *(b for b in BAD if b.path == (*MAPPING, "source")))}.values())
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(changed(LEAST, *several), name="plant")
    message = str(caught.value)
    assert message.startswith("GatewaySync plant: ")
    assert "\n" not in message
    assert all(f"{bad.fault}: " in message and bad.remedy in message for bad in several)
    assert len(several) == 4


def test_faults_of_schema_and_rules_come_together() -> None:
    raw = changed(LEAST, Change(("gateway", "port"), 0), Change((*MAPPING, "source"), "/a"), Change(AUTH, {"tokn": {}}))
    assert set(faults(raw, "n" * 64)) == {
        "metadata.name",
        "spec.gateway.port",
        "spec.git.auth.tokn",
        "spec.sync.profiles.default.mappings[0].source",
    }


def test_a_name_over_63_characters_is_refused_even_when_the_spec_is_good() -> None:
    assert faults(LEAST, "n" * 64) == {"metadata.name": "has 64 characters, more than 63; shorten it"}


def test_faults_are_sorted_with_indices_as_numbers() -> None:
    mappings: list[dict[str, Any]] = [{"source": "a", "destination": "b"} for _ in range(12)]
    del mappings[2]["source"], mappings[10]["source"]
    raw = changed(LEAST, Change((*DEFAULT, "mappings"), mappings))
    assert [path[-11:] for path in faults(raw)] == ["s[2].source", "[10].source"]


@pytest.mark.parametrize("raw", [None, [], "spec", 5, True, {}], ids=repr)
def test_what_is_no_spec_at_all_is_refused_as_one(raw: Any) -> None:
    assert all(path.startswith("spec") for path in faults(raw))


def test_a_thousand_faults_make_no_endless_message() -> None:
    raw = changed(LEAST, Change((*DEFAULT, "excludePatterns"), list(range(1000))))
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(raw, name="plant")
    assert str(caught.value).endswith("; and 901 more")
    assert len(caught.value.faults) == 1001


@pytest.mark.parametrize(
    "change",
    [
        Change(AUTH, "ghp_secretsecret"),
        Change(AUTH, {"token": "ghp_secretsecret"}),
        Change(AUTH, {"token": {"secretRef": {"name": "s", "key": ["ghp_secretsecret"]}}}),
        Change(("git", "repo"), ["https://u:ghp_secretsecret@h/r"]),
        Change((*DEFAULT, "vars"), {"password": ["ghp_secretsecret"]}),
    ],
    ids=lambda change: ".".join(map(str, change.path)),
)
def test_a_secret_in_the_wrong_place_is_not_repeated(change: Change) -> None:
    assert "ghp_" not in str(faults(change.spec()))


def test_a_spec_that_is_wrong_is_for_its_author_to_mend() -> None:
    assert issubclass(SpecInvalid, Terminal)
