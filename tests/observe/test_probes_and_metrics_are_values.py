"""Liveness and readiness follow what they are told; every registry is its own."""

from __future__ import annotations

from stoker.observe.metrics import ServiceMetrics, new_registry, render
from stoker.observe.probes import Liveness, Readiness


def test_it_is_alive_while_the_loop_turns() -> None:
    now = [0.0]
    liveness = Liveness(60, clock=lambda: now[0])
    seen = []
    for now[0] in (60.0, 61.0):
        seen.append(liveness.alive)
    liveness.beat()
    assert [*seen, liveness.alive] == [True, False, True]


def test_a_part_that_was_never_heard_of_is_not_ready() -> None:
    readiness = Readiness("controller")
    assert (readiness.ready, dict(readiness.reasons)) == (False, {"controller": "not started"})


def test_it_is_ready_when_every_part_is_and_follows_each() -> None:
    readiness, seen = Readiness("controller", "receiver"), list[dict[str, str]]()
    for part, ready in (("controller", True), ("receiver", True), ("receiver", False)):
        readiness.set(part, ready, "restarting")
        seen.append(dict(readiness.reasons))
    readiness.forget("receiver")
    assert seen == [{"receiver": "not started"}, {}, {"receiver": "restarting"}]
    assert readiness.ready


def test_restarts_are_counted_by_service_and_by_registry() -> None:
    one, other = new_registry(), new_registry()
    metrics = ServiceMetrics(one)
    ServiceMetrics(other)
    metrics.restarted("controller")
    metrics.restarted("controller")
    assert b'stoker_service_restarts_total{service="controller"} 2.0' in render(one)[0]
    assert b"controller" not in render(other)[0]


def test_a_service_has_its_counter_before_its_first_restart_and_as_long_as_it_is_one() -> None:
    registry = new_registry()
    metrics = ServiceMetrics(registry)
    metrics.follow(["controller", "agent/gw"])
    assert b'stoker_service_restarts_total{service="agent/gw"} 0.0' in render(registry)[0]
    metrics.restarted("controller")
    metrics.follow(["controller"])
    assert b'stoker_service_restarts_total{service="controller"} 1.0' in render(registry)[0]
    assert b"agent/gw" not in render(registry)[0]
