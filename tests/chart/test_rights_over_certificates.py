"""The webhook's own certificate: one Secret and one webhook configuration, by name, and only when nobody else makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cluster.plugin import Render

ENDS = ("-certificate-role", "-authority-role")


def rules(objects: list[dict[str, Any]]) -> dict[str, list[tuple[str, list[str], list[str]]]]:
    """Resource, names and verbs of the rules over certificates, by kind of role."""
    return {
        one["kind"]: [
            (resource, rule.get("resourceNames", []), rule["verbs"])
            for rule in one["rules"]
            for resource in rule["resources"]
        ]
        for one in objects
        if one["metadata"]["name"].endswith(ENDS)
    }


def test_one_secret_may_be_watched_and_one_configuration_filled(chart: Render) -> None:
    read = ["get", "list", "watch", "patch"]
    assert rules(chart()) == {
        "Role": [("secrets", [], ["create"]), ("secrets", ["stoker-operator-webhook-cert"], read)],
        "ClusterRole": [("mutatingwebhookconfigurations", ["stoker-operator-pod-injection"], read)],
    }


def test_who_trusts_a_given_one_is_told_and_its_secret_is_nobody_s_business(chart: Render) -> None:
    read = ["get", "list", "watch", "patch"]
    assert rules(chart({"webhook": {"certificate": {"secretName": "mine"}}})) == {
        "ClusterRole": [("mutatingwebhookconfigurations", ["stoker-operator-pod-injection"], read)],
    }


@pytest.mark.parametrize(
    "values",
    [
        {"certManager": {"enabled": True}},
        {"webhook": {"enabled": False}},
    ],
)
def test_whoever_has_a_certificate_gives_no_such_right(values: dict[str, Any], chart: Render) -> None:
    assert rules(chart(values)) == {}


def test_no_secret_is_listed_or_watched_but_that_one(chart: Render) -> None:
    for one in chart():
        for rule in one.get("rules", ()):
            if "secrets" in rule.get("resources", ()) and {"list", "watch"} & set(rule["verbs"]):
                assert rule["resourceNames"] == ["stoker-operator-webhook-cert"]
