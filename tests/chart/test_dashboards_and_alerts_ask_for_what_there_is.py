"""Every query names series and labels that the product has, every series is asked for somewhere, and Grafana can show it."""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.chart import queries
from tests.chart.queries import DASHBOARDS, SCRAPED, Query
from tests.cluster.chart import only

if TYPE_CHECKING:
    from tests.cluster.plugin import Render

DECLARED = queries.declared()
QUERIES = [*queries.of_dashboards(), *queries.of_variables(), *queries.of_alerts()]
BUILT_IN = {"datasource", "__rate_interval", "__data", "__value"}
ALERTS = [
    "StokerCRNotReady",
    "StokerRefResolutionSlow",
    "StokerAgentSyncFailing",
    "StokerDesignerSessionsBlocking",
    "StokerGitHubAppTokenExpiringSoon",
]


def place(query: Query) -> str:
    return query.place


def test_there_is_something_to_ask() -> None:
    assert len(QUERIES) > 50


@pytest.mark.parametrize("query", QUERIES, ids=place)
def test_every_series_exists_with_the_labels_it_is_asked_by(query: Query) -> None:
    assert query.names()
    assert query.names() - set(DECLARED) == set()
    for name, labels in query.selected():
        assert labels - DECLARED[name] - SCRAPED == set()
    known = set().union(*(DECLARED[name] for name in query.names())) | SCRAPED
    assert query.grouped() - known == set()


def test_every_series_is_asked_for_somewhere() -> None:
    asked = set().union(*(query.names() for query in QUERIES))
    histograms = {name.removesuffix("_bucket") for name in DECLARED if name.endswith("_bucket")}
    parts = {f"{name}{end}" for name in histograms for end in ("_sum", "_count")}
    assert set(DECLARED) - parts - asked == set()


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_is_whole(name: str) -> None:
    document = queries.dashboard(name)
    assert document["uid"] == name
    panels = document["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["title"]
        assert panel["type"] in {"row", "stat", "table", "timeseries", "state-timeline"}
        assert panel["type"] == "row" or panel["targets"]
        for target in panel.get("targets", ()):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_neither_overlap_nor_leave_the_grid(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in queries.dashboard(name)["panels"]:
        at = panel["gridPos"]
        cells = set(itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])))
        assert at["x"] + at["w"] <= 24
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_variable_that_is_used_is_defined_and_the_other_way_round(name: str) -> None:
    document = queries.dashboard(name)
    defined = {one["name"] for one in document["templating"]["list"]}
    text = json.dumps({**document, "templating": {}}) + "".join(one.text for one in queries.of_variables())
    used = set(re.findall(r"\$\{?(\w+)", text))
    assert used - defined - BUILT_IN - {"cr", "pod"} == set()
    assert defined - used == set()


def test_the_fleet_leads_to_the_detail_with_what_it_needs() -> None:
    link = re.search(r"/d/stoker-detail\?[^\"]*", json.dumps(queries.dashboard("stoker-fleet")))
    assert link is not None
    passed = set(re.findall(r"var-(\w+)=", link[0]))
    assert passed == {"datasource", "namespace", "cr"}, "people's own links say so"
    usual_all = {"pod", "profile"}
    assert passed == {one["name"] for one in queries.dashboard("stoker-detail")["templating"]["list"]} - usual_all


@pytest.mark.parametrize(
    ("name", "title"), [("stoker-fleet", "Stoker Fleet Overview"), ("stoker-detail", "Stoker GatewaySync Detail")]
)
def test_they_are_found_by_title_and_tag_as_ever(name: str, title: str) -> None:
    document = queries.dashboard(name)
    assert (document["title"], document["tags"]) == (title, ["stoker", "kubernetes", "ignition"])


def test_a_link_that_names_profiles_shows_those() -> None:
    asked = [one for one in queries.of_dashboards() if one.place.startswith("stoker-detail")]
    by_profile = {name for name, labels in DECLARED.items() if "profile" in labels}
    for query in asked:
        if query.names() & by_profile:
            assert 'profile=~"$profile"' in query.text, query.place


def test_the_map_has_both_as_they_are(chart: Render) -> None:
    found = only(chart({"grafanaDashboard": {"enabled": True}}), "ConfigMap")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert {name: json.loads(text) for name, text in found["data"].items()} == {
        f"{name}.json": queries.dashboard(name) for name in DASHBOARDS
    }


def test_alerts_are_called_as_ever_and_come_before_those_of_ones_own(chart: Render) -> None:
    mine = {"alert": "Mine", "expr": "vector(1)"}
    objects = chart({"prometheusRule": {"enabled": True, "labels": {"release": "x"}, "additionalRules": [mine]}})
    rule = only(objects, "PrometheusRule")
    assert rule["metadata"]["labels"]["release"] == "x"
    (group,) = rule["spec"]["groups"]
    assert [one["alert"] for one in group["rules"]] == [*ALERTS, "Mine"]
    assert group["rules"][:-1] == queries.alerts()
