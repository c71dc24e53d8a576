"""The metadata ConfigMap: every key of the contract, as text, there and back; what cannot be read names its key."""

from __future__ import annotations

import json

import pytest

from stoker.api.handoff import KIB, Metadata
from stoker.api.profiles import MappingSpec, ResolvedProfile, resolve_profiles
from stoker.api.spec import parse_spec
from stoker.errors import HandoffInvalid, Waiting
from tests.api.samples import FULL

FULL_METADATA = Metadata(
    git_url="https://git.example/plant.git",
    commit="a" * 40,
    ref="refs/tags/v1",
    auth_type="githubApp",
    paused=True,
    profiles=resolve_profiles(parse_spec(FULL, name="plant")),
    gateway_port=8043,
    gateway_tls=True,
    requested_at="2026-01-02T03:04:05Z",
    allow_mass_delete="b" * 40,
    history_limit=921,
)


def test_the_keys_are_the_contract_s_and_all_is_text() -> None:
    data = FULL_METADATA.to_data()
    assert {key: value for key, value in data.items() if key != "profiles"} == {
        "gitURL": "https://git.example/plant.git",
        "commit": "a" * 40,
        "ref": "refs/tags/v1",
        "authType": "githubApp",
        "paused": "true",
        "gatewayPort": "8043",
        "gatewayTLS": "true",
        "requestedAt": "2026-01-02T03:04:05Z",
        "allowMassDelete": "b" * 40,
        "historyLimit": "921",
    }


def test_a_profile_travels_with_every_field() -> None:
    (profile,) = json.loads(FULL_METADATA.to_data()["profiles"]).values()
    assert set(profile) == {
        *("mappings", "excludePatterns", "vars", "syncPeriod", "dryRun"),
        *("designerSessionPolicy", "paused", "driftPolicy"),
    }
    assert profile["mappings"][0] == {
        "source": "projects/{{.Vars.site}}",
        "destination": "projects",
        "type": "dir",
        "required": True,
    }
    assert profile["mappings"][1]["patches"] == [{"set": {"a.b": "1"}}, {"file": "tags.json", "set": {"c.-1": "x"}}]


def test_it_reads_back() -> None:
    assert Metadata.from_data(FULL_METADATA.to_data()) == FULL_METADATA
    least = Metadata(git_url="u", commit="", ref="main")
    assert Metadata.from_data(least.to_data()) == least


def test_defaults_are_written_out_as_lower_case_text() -> None:
    data = Metadata(git_url="u", commit="c", ref="r").to_data()
    assert (data["paused"], data["gatewayTLS"], data["gatewayPort"]) == ("false", "false", "8088")
    assert (data["requestedAt"], data["allowMassDelete"], data["authType"]) == ("", "", "none")
    assert data["historyLimit"] == str(16 * KIB)
    assert data["profiles"] == "{}"


def test_absent_keys_have_their_defaults() -> None:
    assert Metadata.from_data({}) == Metadata(git_url="", commit="", ref="")


@pytest.mark.parametrize("unset", ["", None])
def test_what_an_older_controller_left_unset_has_its_default(unset: str | None) -> None:
    mapping = {"source": "a", "destination": "b", "type": unset, "required": None, "patches": None}
    told = {"mappings": [mapping], "designerSessionPolicy": unset, "vars": None, "excludePatterns": None}
    profile = Metadata.from_data({"profiles": json.dumps({"default": told})}).profiles["default"]
    assert profile == ResolvedProfile(mappings=[MappingSpec(source="a", destination="b")])


def test_an_empty_variable_is_a_value() -> None:
    told = {"mappings": [], "vars": {"designerSessionPolicy": "", "type": ""}}
    profile = Metadata.from_data({"profiles": json.dumps({"default": told})}).profiles["default"]
    assert profile.vars == {"designerSessionPolicy": "", "type": ""}


def test_equal_profiles_give_equal_text_whatever_their_order() -> None:
    profiles = dict(FULL_METADATA.profiles) | {"a": FULL_METADATA.profiles["default"]}
    one = Metadata(git_url="u", commit="c", ref="r", profiles=profiles)
    two = Metadata(git_url="u", commit="c", ref="r", profiles=dict(reversed(profiles.items())))
    assert one.to_data() == two.to_data()


def test_a_newer_controller_s_keys_and_fields_are_ignored() -> None:
    data = {**FULL_METADATA.to_data(), "newer": "x"}
    profiles = json.loads(data["profiles"])
    profiles["default"]["newer"] = {"x": 1}
    assert Metadata.from_data({**data, "profiles": json.dumps(profiles)}) == FULL_METADATA


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("profiles", "{"),
        ("profiles", "[]"),
        ("profiles", '{"default": null}'),
        ("profiles", '{"default": {"mappings": [{"source": 1, "destination": "d"}]}}'),
        ("profiles", '{"default": {"mappings": [], "driftPolicy": "maybe"}}'),
        ("profiles", "[" * 100_000),
        ("gatewayPort", "http"),
        ("gatewayPort", "-1"),
        ("gatewayPort", "٨"),
        ("gatewayPort", "0"),
        ("gatewayPort", "65536"),
        ("historyLimit", "1.5"),
        ("historyLimit", "9" * 5000),
    ],
    ids=lambda value: value[:40],
)
def test_what_cannot_be_read_names_its_key_and_who_must_write_it_anew(key: str, value: str) -> None:
    with pytest.raises(HandoffInvalid, match=f"metadata key {key} .*the controller must write it anew") as caught:
        Metadata.from_data({**FULL_METADATA.to_data(), key: value})
    assert isinstance(caught.value, Waiting)
    assert len(str(caught.value)) < 400
