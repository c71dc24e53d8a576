"""``python -m bench [SECTION …]``: measures on one workplace; all sections together write docs/benchmarks.md."""

from __future__ import annotations

import compileall
import os
import sys

from bench import (
    admission,
    agent,
    engine,
    first,
    fleet,
    gateways,
    heap,
    idle,
    image,
    making,
    pods,
    push,
    pushes,
    receiver,
)
from bench.disk import workplace
from bench.table import Page

SECTIONS = {
    "engine": engine.measure,
    "first": first.measure,
    "heap": heap.measure,
    "push": push.measure,
    "making": making.measure,
    "agent": agent.measure,
    "receiver": receiver.measure,
    "admission": admission.measure,
    "pushes": pushes.measure,
    "idle": idle.measure,
    "fleet": fleet.measure,
    "gateways": gateways.measure,
    "pods": pods.measure,
    "image": image.measure,
}


def main(wanted: list[str]) -> None:
    """Measure; write the page when nothing was left out."""
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        raise SystemExit(f"there is no section {unknown[0]!r}; choose of {', '.join(SECTIONS)}")
    # As installed: byte code is there, and no environment of a developer keeps it from being used.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir("stoker", quiet=1)
    page = Page()
    for name, measure in SECTIONS.items():
        if not wanted or name in wanted:
            with workplace() as (base, disk):  # a fresh one each: what a section leaves behind is not the next one's
                page.disk = disk
                measure(page, base)
    if not wanted:
        page.write()


if __name__ == "__main__":
    main(sys.argv[1:])
