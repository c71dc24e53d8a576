"""A chart of charts has ours among its own: behind a condition, under values of its own, whatever it calls its templates."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.chart import CHART, helm, only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plugin import Render

ABOUT = {
    "apiVersion": "v2",
    "name": "stoker",
    "version": "1.0.0",
    "dependencies": [{"name": "stoker-operator", "version": "*", "condition": "stoker-operator.enabled"}],
}
TEMPLATES = "".join(
    f'{{{{- define "stoker.{name}" -}}}}\nmine: {name}\n{{{{- end }}}}\n'
    for name in ("name", "fullname", "labels", "selectorLabels", "image", "serviceAccountName")
)
"""As `helm create stoker` names them; every template of a chart and its charts is known to all of them."""


@pytest.fixture
def parent(tmp_path: Path, chart: Render) -> Path:
    """A chart called stoker around ours."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text(yaml.safe_dump(ABOUT), encoding="utf-8")
    (tmp_path / "templates/_helpers.tpl").write_text(TEMPLATES, encoding="utf-8")
    shutil.copytree(CHART, tmp_path / "charts/stoker-operator")
    return tmp_path


def made(parent: Path, **values: Any) -> list[dict[str, Any]]:
    """What the parent makes of these values for our chart."""
    said = yaml.safe_dump({"global": {"region": "north"}, "stoker-operator": values})
    text = helm(
        "template", "x", str(parent), "--namespace=stoker-system", "--kube-version=1.34", "--values=-", stdin=said
    )
    return [one for one in yaml.safe_load_all(text) if one]


def test_its_condition_stands_among_our_values(parent: Path) -> None:
    assert made(parent, enabled=False) == []
    assert only(made(parent, enabled=True, replicaCount=3), "Deployment")["spec"]["replicas"] == 3


def test_templates_of_its_own_change_nothing_of_ours(parent: Path, chart: Render) -> None:
    assert sorted(map(str, made(parent))) == sorted(map(str, chart(release="x")))
