"""Processor time, memory and open files of the process itself, by the names that dashboards of any program ask for."""

from __future__ import annotations

import pytest

from stoker.observe.metrics import count_process, new_registry, render

USUAL = (
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_start_time_seconds",
    "process_open_fds",
    "process_max_fds",
)


@pytest.mark.parametrize("name", USUAL)
def test_it_has_the_usual_series(name: str) -> None:
    registry = new_registry()
    count_process(registry)
    (value,) = [line.split()[1] for line in render(registry)[0].decode().splitlines() if line.startswith(f"{name} ")]
    assert float(value) > 0
