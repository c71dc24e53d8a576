"""Real signals to a real process: the first drains, the second ends it at once, the deadline cuts off what hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = [signal.SIGTERM, signal.SIGINT]
LONG = "600"


@contextmanager
def process(how: str, grace: str = LONG) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.nursery.stoppable", how, grace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        try:
            assert line(child) == "serving"
            yield child
        finally:
            child.kill()


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_drains_and_ends_with_0(number: signal.Signals) -> None:
    with process("drains") as child:
        child.send_signal(number)
        assert line(child) == "draining"
        assert line(child) == "handlers restored: True"
        assert child.wait(30) == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_the_second_signal_ends_it_at_once(number: signal.Signals) -> None:
    with process("hangs") as child:
        child.send_signal(signal.SIGTERM)
        assert line(child) == "draining"
        child.send_signal(number)
        assert child.wait(30) == 128 + number
        assert line(child) == ""


def test_two_signals_in_one_breath_end_it_at_once() -> None:
    with process("hears_two") as child:
        assert child.wait(30) in {128 + signal.SIGTERM, 128 + signal.SIGINT}


def test_the_second_signal_ends_it_though_the_loop_is_blocked() -> None:
    with process("blocks") as child:
        child.send_signal(signal.SIGTERM)
        assert line(child) == "draining"
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 128 + signal.SIGTERM


def test_what_does_not_end_by_the_deadline_is_cancelled_and_told() -> None:
    with process("hangs", grace="0.1") as child:
        child.send_signal(signal.SIGTERM)
        assert [line(child), line(child)] == ["draining", "cancelled"]
        assert line(child).startswith("DeadlineExceeded: not everything ended within 0.1 s")
        assert child.wait(30) == 1


def test_the_deadline_holds_for_a_stop_that_came_from_inside() -> None:
    with process("gives_up", grace="0.1") as child:
        assert [line(child), line(child)] == ["draining", "cancelled"]
        assert line(child).startswith("DeadlineExceeded")
        assert child.wait(30) == 1


def test_without_a_signal_it_ends_when_its_work_does() -> None:
    with process("returns") as child:
        assert line(child) == "handlers restored: True"
        assert child.wait(30) == 0
