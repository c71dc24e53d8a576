"""What the chart asks of Prometheus, from its dashboards and its alerts, and the little of PromQL that is needed to judge it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from reference.metrics import DECLARED, collectors, series
from tests.cluster.chart import CHART

if TYPE_CHECKING:
    from collections.abc import Iterator

DASHBOARDS: Final = ("stoker-fleet", "stoker-detail")
SCRAPED: Final = {"namespace", "pod"}
"""Labels that a scrape puts on the agents' series."""
_NAME: Final = re.compile(r"\bstoker_\w+")
_SELECTED: Final = re.compile(r"(\bstoker_\w+)\{([^}]*)\}")
_GROUPED: Final = re.compile(r"\b(?:by|on|without)\s*\(([^)]*)\)")


@dataclass(frozen=True)
class Query:
    """Where it is asked, and what."""

    place: str
    text: str

    def names(self) -> set[str]:
        """The series in it."""
        return set(_NAME.findall(self.text))

    def selected(self) -> Iterator[tuple[str, set[str]]]:
        """Each series with the labels it is selected by."""
        for name, matchers in _SELECTED.findall(self.text):
            yield name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))

    def grouped(self) -> set[str]:
        """Labels that it groups or joins by."""
        return {label.strip() for found in _GROUPED.findall(self.text) for label in found.split(",")}


def dashboard(name: str) -> dict[str, Any]:
    """A dashboard's document."""
    document: dict[str, Any] = json.loads((CHART / f"dashboards/{name}.json").read_text(encoding="utf-8"))
    return document


def alerts() -> list[dict[str, Any]]:
    """The rules, as they are in the chart."""
    found: list[dict[str, Any]] = yaml.safe_load((CHART / "files/alerts.yaml").read_text(encoding="utf-8"))
    return found


def of_dashboards() -> list[Query]:
    """Every query of every panel and variable."""
    found = []
    for name in DASHBOARDS:
        document = dashboard(name)
        for panel in document["panels"]:
            found += [Query(f"{name}: {panel['title']}", target["expr"]) for target in panel.get("targets", ())]
    return found


def of_variables() -> list[Query]:
    """The series that the dashboards' variables take their values from."""
    return [
        Query(f"{name}: ${variable['name']}", variable["definition"])
        for name in DASHBOARDS
        for variable in dashboard(name)["templating"]["list"]
        if variable["type"] == "query"
    ]


def of_alerts() -> list[Query]:
    """Every alert's expression."""
    return [Query(rule["alert"], rule["expr"]) for rule in alerts()]


def declared() -> dict[str, set[str]]:
    """Every series of the product, as it is scraped, with its labels."""
    found: dict[str, set[str]] = {}
    for declare in DECLARED.values():
        for one in collectors(declare):
            name, labels = series(one), set(one._labelnames)
            if one._type == "histogram":
                found |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
            else:
                found[name] = labels
    return found
