"""Profiles: excludes are added, vars override key by key, what is unset is inherited and what is set stays, false included."""

from __future__ import annotations

from typing import Any

import pytest

from stoker.api.profiles import ResolvedProfile, decode_profiles, encode_profiles, resolve_profiles
from stoker.api.spec import parse_spec
from tests.api.samples import DEFAULT, FULL, LEAST, Change, changed

DEFAULTS = ("sync", "defaults")
OURS = ["**/.git/", "**/.gitkeep", "**/.resources/**"]


def resolved(*changes: Change) -> ResolvedProfile:
    return resolve_profiles(parse_spec(changed(LEAST, *changes), name="plant"))["default"]


def test_with_nothing_said_the_contract_s_defaults_hold() -> None:
    profile = resolved()
    assert profile.exclude_patterns == OURS
    assert (profile.vars, profile.sync_period, profile.dry_run, profile.paused) == ({}, 30, False, False)
    assert (profile.designer_session_policy, profile.drift_policy) == ("proceed", "report")


def test_excludes_are_added_in_order_and_once() -> None:
    profile = resolved(
        Change((*DEFAULTS, "excludePatterns"), ["a", "b"]), Change((*DEFAULT, "excludePatterns"), ["b", "c", "a"])
    )
    assert profile.exclude_patterns == ["a", "b", "c"]


def test_own_excludes_are_added_to_the_default_ones() -> None:
    assert resolved(Change((*DEFAULT, "excludePatterns"), ["x"])).exclude_patterns == [*OURS, "x"]


def test_empty_default_excludes_replace_ours() -> None:
    assert resolved(Change((*DEFAULTS, "excludePatterns"), [])).exclude_patterns == []


def test_vars_override_key_by_key() -> None:
    profile = resolved(
        Change((*DEFAULTS, "vars"), {"site": "north", "line": "1"}),
        Change((*DEFAULT, "vars"), {"site": "", "more": "x"}),
    )
    assert profile.vars == {"site": "", "line": "1", "more": "x"}


FIELDS = [
    ("syncPeriod", "sync_period", 60, 5),
    ("dryRun", "dry_run", True, False),
    ("paused", "paused", True, False),
    ("designerSessionPolicy", "designer_session_policy", "wait", "proceed"),
    ("driftPolicy", "drift_policy", "heal", "report"),
]


@pytest.mark.parametrize(("field", "attribute", "default", "own"), FIELDS)
def test_an_unset_field_is_inherited(field: str, attribute: str, default: Any, own: Any) -> None:
    assert getattr(resolved(Change((*DEFAULTS, field), default)), attribute) == default


@pytest.mark.parametrize(("field", "attribute", "default", "own"), FIELDS)
def test_a_set_field_wins_even_when_it_says_the_plain_thing(field: str, attribute: str, default: Any, own: Any) -> None:
    profile = resolved(Change((*DEFAULTS, field), default), Change((*DEFAULT, field), own))
    assert getattr(profile, attribute) == own


def test_mappings_keep_their_order_and_fields() -> None:
    (first, second) = resolve_profiles(parse_spec(FULL, name="plant"))["default"].mappings
    assert (first.source, first.destination, first.type) == ("projects/{{.Vars.site}}", "projects", "dir")
    assert (first.required, first.template, first.patches) == (True, False, [])
    assert (second.required, second.template) == (False, True)
    assert [(patch.file, patch.set) for patch in second.patches] == [(None, {"a.b": "1"}), ("tags.json", {"c.-1": "x"})]


def test_every_profile_is_resolved_by_its_own() -> None:
    other = {"mappings": [{"source": "x", "destination": "y"}], "vars": {"a": "2"}}
    raw = changed(LEAST, Change((*DEFAULT, "vars"), {"a": "1"}), Change(("sync", "profiles", "other"), other))
    profiles = resolve_profiles(parse_spec(raw, name="plant"))
    assert {name: profile.vars for name, profile in profiles.items()} == {"default": {"a": "1"}, "other": {"a": "2"}}


def test_resolved_profiles_travel_as_text() -> None:
    profiles = resolve_profiles(parse_spec(FULL, name="plant"))
    assert decode_profiles(encode_profiles(profiles)) == profiles
    assert decode_profiles("") == {}


@pytest.mark.parametrize(
    ("auth", "word"),
    [
        ({}, "none"),
        ({"token": {"secretRef": {"name": "s", "key": "k"}}}, "token"),
        ({"sshKey": {"secretRef": {"name": "s", "key": "k"}}}, "ssh"),
        (
            {"githubApp": {"appId": 1, "installationId": 2, "privateKeySecretRef": {"name": "s", "key": "k"}}},
            "githubApp",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_auth_type_is_the_contract_s_word(auth: dict[str, Any], word: str) -> None:
    assert parse_spec(changed(LEAST, Change(("git", "auth"), auth)), name="plant").auth_type == word
