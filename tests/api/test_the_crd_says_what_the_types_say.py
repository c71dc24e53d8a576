"""The CRD: generated, current, structural, with the defaults, columns and rules of the contract."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from stoker.__main__ import main
from stoker.api import rules
from stoker.api.crd import as_yaml, crd, spec_schema
from stoker.api.times import parse_go_duration
from tests.api.bad_specs import RULES
from tests.api.good_specs import GOOD

FILE = Path(__file__).parents[2] / "crds" / "gatewaysyncs.stoker.io.yaml"


def version() -> dict[str, Any]:
    (only,) = crd()["spec"]["versions"]
    assert isinstance(only, dict)
    return only


def root() -> dict[str, Any]:
    schema = version()["schema"]["openAPIV3Schema"]
    assert isinstance(schema, dict)
    return schema


def at(*steps: str) -> dict[str, Any]:
    node = root()
    for step in steps:
        node = (
            node["items"] if step == "[]" else node["additionalProperties"] if step == "*" else node["properties"][step]
        )
    return node


def nodes(node: Any, place: str = "") -> list[tuple[str, dict[str, Any]]]:
    found = [(place, node)]
    for name, child in node.get("properties", {}).items():
        found += nodes(child, f"{place}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            found += nodes(node[key], f"{place}.{key}")
    return found


def test_the_file_in_the_repository_is_current() -> None:
    assert FILE.read_text() == as_yaml(), f"run: .venv/bin/stoker crd > {FILE.name} (in crds/)"


def test_stoker_crd_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crd"]) == 0
    printed = capsys.readouterr().out
    assert yaml.safe_load(printed) == crd()
    assert "&id" not in printed


def test_names_and_scope_are_the_contract_s() -> None:
    spec = crd()["spec"]
    assert crd()["metadata"]["name"] == "gatewaysyncs.stoker.io"
    assert (spec["group"], spec["scope"], version()["name"]) == ("stoker.io", "Namespaced", "v1alpha1")
    assert spec["names"]["kind"] == "GatewaySync"
    assert (spec["names"]["plural"], spec["names"]["shortNames"]) == ("gatewaysyncs", ["gs"])
    assert version()["subresources"] == {"status": {}}


def test_the_columns_are_the_contract_s() -> None:
    columns = version()["additionalPrinterColumns"]
    assert [column["name"] for column in columns if not column.get("priority")] == [
        "Ref",
        "Gateways",
        "Ready",
        "Status",
        "Age",
    ]
    assert [column["name"] for column in columns if column.get("priority")] == ["Commit", "Profiles", "Last Sync"]
    paths = {column["name"]: column["jsonPath"] for column in columns}
    assert paths["Ref"] == ".status.lastSyncRef"
    assert paths["Gateways"] == ".status.conditions[?(@.type=='AllGatewaysSynced')].message"
    assert paths["Ready"] == ".status.conditions[?(@.type=='Ready')].status"
    assert paths["Status"] == ".status.conditions[?(@.type=='Ready')].message"


@pytest.mark.parametrize(("place", "node"), nodes(root()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_node_is_structural(place: str, node: dict[str, Any]) -> None:
    assert node.get("x-kubernetes-int-or-string") or isinstance(node.get("type"), str)
    assert node.get("additionalProperties") is not False
    assert not set(node) & {"$ref", "$defs", "title", "oneOf", "allOf", "not", "const", "patternProperties"}
    assert ("anyOf" in node) == bool(node.get("x-kubernetes-int-or-string"))
    assert node["type"] != "array" or "items" in node if "type" in node else True


@pytest.mark.parametrize(
    ("path", "default"),
    [
        (("polling", "enabled"), True),
        (("polling", "interval"), "60s"),
        (("gateway", "port"), 8088),
        (("gateway", "tls"), False),
        (("gateway", "api", "secretKey"), "apiKey"),
        (("git", "auth", "githubApp", "apiBaseURL"), "https://api.github.com"),
        (("sync", "defaults", "excludePatterns"), ["**/.git/", "**/.gitkeep", "**/.resources/**"]),
        (("sync", "defaults", "syncPeriod"), 30),
        (("sync", "defaults", "designerSessionPolicy"), "proceed"),
        (("sync", "defaults", "dryRun"), False),
        (("sync", "defaults", "paused"), False),
        (("sync", "defaults", "driftPolicy"), "report"),
        (("agent", "image", "pullPolicy"), "IfNotPresent"),
        (("paused",), False),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_default_is_the_contract_s(path: tuple[str, ...], default: Any) -> None:
    assert at("spec", *path)["default"] == default


@pytest.mark.parametrize("field", ["syncPeriod", "dryRun", "designerSessionPolicy", "paused", "driftPolicy"])
def test_an_inherited_field_has_no_default_that_would_hide_that_it_is_unset(field: str) -> None:
    assert "default" not in at("spec", "sync", "profiles", "*", field)


def test_only_git_gateway_and_sync_are_required() -> None:
    assert at("spec")["required"] == ["git", "gateway", "sync"]
    assert root()["required"] == ["spec"]


def test_status_has_no_defaults_and_conditions_are_a_map_by_type() -> None:
    assert not [place for place, node in nodes(at("status")) if "default" in node]
    conditions = at("status", "conditions")
    assert conditions["x-kubernetes-list-type"] == "map"
    assert conditions["x-kubernetes-list-map-keys"] == ["type"]
    assert conditions["items"]["x-kubernetes-map-type"] == "atomic"
    assert conditions["items"]["required"] == ["type", "status", "reason"]


def test_the_states_are_spelt_out() -> None:
    states = at("status", "discoveredGateways", "[]", "syncStatus")["enum"]
    assert states == ["Pending", "Synced", "Error", "MissingSidecar"]
    assert at("status", "refResolutionStatus")["enum"] == ["NotResolved", "Resolving", "Resolved", "Error"]


def test_the_bound_of_the_name_is_no_rule_at_the_root_which_could_keep_a_finalizer() -> None:
    assert at("metadata", "name")["maxLength"] == 63
    assert "x-kubernetes-validations" not in root()


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (("git", "auth"), rules.ONE_AUTH),
        (("polling", "interval"), rules.INTERVAL),
        (("sync", "defaults", "vars"), rules.IDENTIFIERS),
        (("sync", "profiles"), rules.PROFILE_NAMES),
        (("sync", "profiles", "*", "vars"), rules.IDENTIFIERS),
        (("sync", "profiles", "*", "mappings", "[]"), rules.PATCH_FILE),
        (("sync", "profiles", "*", "mappings", "[]", "source"), rules.RELATIVE[0]),
        (("sync", "profiles", "*", "mappings", "[]", "source"), rules.RELATIVE[1]),
        (("sync", "profiles", "*", "mappings", "[]", "destination"), rules.RELATIVE[0]),
        (("sync", "profiles", "*", "mappings", "[]", "destination"), rules.RELATIVE[1]),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_rule_stands_where_it_is_needed(path: tuple[str, ...], rule: dict[str, str]) -> None:
    assert rule in at("spec", *path)["x-kubernetes-validations"]


@pytest.mark.parametrize("place", ["mappings", "excludePatterns", "vars"])
def test_what_cel_walks_is_bounded(place: str) -> None:
    node = at("spec", "sync", "profiles", "*", place)
    assert node.get("maxItems") or node.get("maxProperties")
    assert at("spec", "sync", "profiles")["maxProperties"] == 256


def test_what_we_judge_refuses_unknown_fields_and_what_the_server_judges_prunes_them() -> None:
    assert spec_schema()["additionalProperties"] is False
    assert "additionalProperties" not in at("spec")


# CEL's regular expressions are RE2's, whose $ is the end of the text alone: Python's \Z. The rules use no other difference.
def cel_matches(rule: dict[str, str], value: str) -> bool:
    """Whether every pattern of a rule matches."""
    patterns = re.findall(r"matches\('([^']*)'\)", rule["rule"])
    assert patterns
    return all(re.search(pattern.replace("$", r"\Z"), value) for pattern in patterns)


@pytest.mark.parametrize(
    ("field", "rule", "matching_is_bad"),
    [
        ("source", rules.RELATIVE[1], True),
        ("destination", rules.RELATIVE[1], True),
        ("interval", rules.INTERVAL, False),
    ],
    ids=["source", "destination", "interval"],
)
def test_the_pattern_of_a_rule_agrees_with_its_twin(field: str, rule: dict[str, str], matching_is_bad: bool) -> None:
    good = [change.value for change in GOOD if change.path[-1] == field and change.value]
    bad = [change.value for change in RULES if change.path[-1] == field and "is absolute" not in change.remedy]
    assert {cel_matches(rule, value) for value in good} == {not matching_is_bad}
    assert {cel_matches(rule, value) for value in bad} == {matching_is_bad}


@pytest.mark.parametrize("text", [change.value for change in GOOD if change.path[-1] == "interval" and change.value])
def test_an_interval_that_is_taken_is_a_duration_that_go_can_hold(text: str) -> None:
    assert parse_go_duration(text) > 0


def test_the_pattern_for_variables_agrees_with_its_twin() -> None:
    good = [key for change in GOOD if change.path[-1] == "vars" for key in change.value]
    bad = [key for change in RULES if change.path[-1] == "vars" for key in change.value]
    assert all(cel_matches(rules.IDENTIFIERS, key) for key in good)
    assert not [key for key in bad if cel_matches(rules.IDENTIFIERS, key)]
