"""What is exposed are the names of the contract: no creation times beside counters and histograms."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from stoker.observe.metrics import new_registry, render


def test_counters_and_histograms_have_no_creation_times() -> None:
    registry = new_registry()
    Counter("stoker_things", "Things.", registry=registry).inc()
    Histogram("stoker_seconds", "Seconds.", registry=registry).observe(1)
    text = render(registry)[0].decode()
    assert "stoker_things_total 1.0" in text
    assert "_created" not in text
