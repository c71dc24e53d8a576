"""Prometheus' own judgement: every query parses, and each alert fires when it should, with words for people, and not before."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.chart import queries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Fires = Callable[..., None]

VARIABLES = {"$__rate_interval": "5m", "$namespace": "plant", "$cr": "line", "$pod": "gw-0"}
WHO = 'name="line",namespace="plant"'
POD = 'pod="gw-0",namespace="plant"'
APP = 'app_id="1",installation_id="2"'


def judged(promtool: Path, folder: Path, *words: str) -> None:
    done = subprocess.run([promtool, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_query_of_the_dashboards_is_promql(promtool: Path, tmp_path: Path) -> None:
    rules = []
    for number, query in enumerate(queries.of_dashboards()):
        text = query.text
        for name, value in VARIABLES.items():
            text = text.replace(name, value)
        rules.append({"record": f"query:{number}", "expr": text})
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    judged(promtool, tmp_path, "check", "rules", "rules.yaml")


@pytest.fixture
def fires(promtool: Path, tmp_path: Path) -> Fires:
    """``fires(alert, at, series, labels, …)``: that alert at that time, with these labels; None: not at all."""

    def check(alert: str, at: str, series: dict[str, str], labels: dict[str, str] | None, interval: str = "1m") -> None:
        rules = {"groups": [{"name": "stoker.rules", "rules": queries.alerts()}]}
        (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
        (rule,) = [one for one in queries.alerts() if one["alert"] == alert]
        expected: list[dict[str, Any]] = []
        if labels is not None:
            said = {key: _filled(text, labels) for key, text in rule["annotations"].items()}
            expected = [{"exp_labels": {**rule["labels"], **labels}, "exp_annotations": said}]
        test = {
            "interval": interval,
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": expected}],
        }
        document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
        (tmp_path / "test.yaml").write_text(yaml.safe_dump(document))
        judged(promtool, tmp_path, "test", "rules", "test.yaml")

    return check


def _filled(text: str, labels: dict[str, str]) -> str:
    known = text.replace("{{ $value | humanizeDuration }}", "29s")
    return re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels[found[1]], known)


def test_a_resource_that_is_not_ready_for_ten_minutes(fires: Fires) -> None:
    series = {f"stoker_controller_cr_ready{{{WHO}}}": "0x30", f"stoker_controller_cr_paused{{{WHO}}}": "0x30"}
    fires("StokerCRNotReady", "11m", series, {"name": "line", "namespace": "plant"})
    fires("StokerCRNotReady", "9m", series, None)


@pytest.mark.parametrize(("ready", "paused"), [("0x30", "1x30"), ("1x30", "0x30")])
def test_a_paused_resource_or_a_ready_one_is_no_alert(fires: Fires, ready: str, paused: str) -> None:
    series = {f"stoker_controller_cr_ready{{{WHO}}}": ready, f"stoker_controller_cr_paused{{{WHO}}}": paused}
    fires("StokerCRNotReady", "25m", series, None)


def test_another_resources_pause_does_not_silence_it(fires: Fires) -> None:
    series = {
        f"stoker_controller_cr_ready{{{WHO}}}": "0x30",
        'stoker_controller_cr_paused{name="other",namespace="plant"}': "1x30",
    }
    fires("StokerCRNotReady", "11m", series, {"name": "line", "namespace": "plant"})


@pytest.mark.parametrize(("bound", "fired"), [("30", True), ("5", False)])
def test_a_git_server_that_is_slow(fires: Fires, bound: str, fired: bool) -> None:
    name = "stoker_controller_ref_resolve_duration_seconds_bucket"
    slow = {f'{name}{{{WHO},le="{le}"}}': "0+1x40" if float(le) >= float(bound) else "0x40" for le in ("5", "10", "30")}
    series = {**slow, f'{name}{{{WHO},le="+Inf"}}': "0+1x40"}
    fires("StokerRefResolutionSlow", "30m", series, {"name": "line", "namespace": "plant"} if fired else None)


@pytest.mark.parametrize(
    ("values", "at", "fired"),
    [
        ("0x30", "16m", True),
        ("0x30", "14m", False),
        ("1x30", "20m", False),
        pytest.param(" ".join(["NaN"] * 30), "20m", False, id="unknown"),
    ],
)
def test_an_agent_whose_syncs_fail(fires: Fires, values: str, at: str, fired: bool) -> None:
    series = {f"stoker_agent_last_sync_success{{{POD}}}": values}
    fires("StokerAgentSyncFailing", at, series, {"pod": "gw-0", "namespace": "plant"} if fired else None)


@pytest.mark.parametrize(("at", "fired"), [("31m", True), ("29m", False)])
def test_designers_that_hold_up_a_gateway(fires: Fires, at: str, fired: bool) -> None:
    series = {f"stoker_agent_designer_sessions_blocked{{{POD}}}": "1x60"}
    fires("StokerDesignerSessionsBlocking", at, series, {"pod": "gw-0", "namespace": "plant"} if fired else None)


@pytest.mark.parametrize(("at", "fired"), [("62m", True), ("50m", False)])
def test_a_token_that_nobody_renews(fires: Fires, at: str, fired: bool) -> None:
    series = {f"stoker_controller_github_app_token_expiry_timestamp_seconds{{{APP}}}": "3600x90"}
    fires("StokerGitHubAppTokenExpiringSoon", at, series, {"app_id": "1", "installation_id": "2"} if fired else None)
