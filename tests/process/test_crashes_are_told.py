"""A service that crashed: a line that says which and why, a traceback for faults of ours alone, and a restart that is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import GitTimeout
from stoker.nursery.supervisor import Crash
from stoker.observe.metrics import ServiceMetrics, new_registry
from stoker.process.crashes import Crashes

if TYPE_CHECKING:
    from collections.abc import Callable

    Logged = Callable[[], list[dict[str, Any]]]


def crashed(*crashes: Crash) -> float:
    """They come; how many restarts were counted of the receiver."""
    registry = new_registry()
    tell = Crashes("manager", ServiceMetrics(registry))
    for crash in crashes:
        tell(crash)
    return registry.get_sample_value("stoker_service_restarts_total", {"service": "receiver"}) or 0.0


def test_a_restart_is_counted_and_an_end_is_not(logged: Logged) -> None:
    error = GitTimeout("no answer")
    assert (
        crashed(Crash("receiver", (error,), 1.5), Crash("receiver", (error,), 2.5), Crash("receiver", (error,), None))
        == 2
    )
    told = [(line["event"], line["level"], line["service"], line["error"], line.get("delay_s")) for line in logged()]
    assert told[1:] == [
        ("service_restarting", "error", "receiver", "no answer", 2.5),
        ("service_failed", "error", "receiver", "no answer", None),
    ]


@pytest.mark.parametrize(("error", "traced"), [(GitTimeout("no answer"), False), (KeyError("x"), True)])
def test_only_a_fault_of_ours_has_a_traceback(logged: Logged, error: Exception, traced: bool) -> None:
    crashed(Crash("receiver", (error,), 1.0))
    assert ("exception" in logged()[0]) == traced
