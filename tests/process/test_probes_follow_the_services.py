"""What a process says of itself: each service by name until it serves, again while it is restarted, and the stop."""

from __future__ import annotations

from stoker.process.vitals import Vitals


def test_a_service_is_named_until_it_serves_and_while_it_is_restarted() -> None:
    vitals = Vitals()
    vitals.expect(["controller", "receiver"])
    assert vitals.readiness.reasons == {"controller": "not started", "receiver": "not started"}
    for name in ("controller", "receiver"):
        vitals.state(name, True)
    assert vitals.readiness.ready
    vitals.state("receiver", False)
    assert vitals.readiness.reasons == {"receiver": "restarting"}


def test_who_was_asked_to_stop_is_not_ready_and_lives() -> None:
    vitals = Vitals()
    vitals.stopping()
    assert vitals.readiness.reasons == {"process": "stopping"}
    assert vitals.live() == {}
