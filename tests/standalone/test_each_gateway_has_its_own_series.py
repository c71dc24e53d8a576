"""Agents that share a process do not share gauges; labels say whose a series is, and it goes with its gateway."""

from __future__ import annotations

from pathlib import Path

from stoker.observe.metrics import new_registry, render
from stoker.standalone.gateways import Gateway
from stoker.standalone.series import GatewaySeries


def gateway(name: str) -> Gateway:
    return Gateway(
        "plant", name, "cr", name, "default", Path("/data") / name, "http://localhost:8088", verify_tls=False
    )


def scraped(series: GatewaySeries) -> list[str]:
    registry = new_registry()
    registry.register(series)
    return render(registry)[0].decode().splitlines()


def test_one_gateway_writes_over_no_others_gauge() -> None:
    series = GatewaySeries(new_registry())
    series.of(gateway("north")).last_sync_success.set(0)
    series.of(gateway("south")).last_sync_success.set(1)
    lines = scraped(series)
    assert 'stoker_agent_last_sync_success{namespace="plant",pod="north"} 0.0' in lines
    assert 'stoker_agent_last_sync_success{namespace="plant",pod="south"} 1.0' in lines


def test_labels_of_the_contract_stay_and_a_family_is_declared_once() -> None:
    series = GatewaySeries(new_registry())
    for name in ("north", "south"):
        series.of(gateway(name)).sync_total.labels("default", "success").inc()
    lines = scraped(series)
    labels = '{namespace="plant",pod="north",profile="default",result="success"}'
    assert f"stoker_agent_sync_total{labels} 1.0" in lines
    assert lines.count("# TYPE stoker_agent_sync_total counter") == 1


def test_a_gateways_counts_survive_its_agent_and_go_with_the_gateway() -> None:
    series = GatewaySeries(new_registry())
    series.of(gateway("north")).scan_total.labels("success").inc()
    series.of(gateway("north")).scan_total.labels("success").inc()
    series.keep([gateway("north")])
    assert 'stoker_agent_scan_total{namespace="plant",pod="north",result="success"} 2.0' in scraped(series)
    series.keep([gateway("south")])
    assert not any("north" in line for line in scraped(series))
