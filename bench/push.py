"""A signed push request to live and scanned, on the M sample: real processes, the demo's stage."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import trio

from bench.table import Page, Row, milliseconds
from stoker.standalone.demo.edits import edit, editable
from stoker.standalone.demo.stage import FOLDER, Stage
from stoker.standalone.demo.steps import first_sync, set_up

if TYPE_CHECKING:
    from pathlib import Path

PUSHES = 30


def measure(page: Page, base: Path) -> None:
    """The row of this section."""
    (base / "push").mkdir()
    samples = sorted(trio.run(_pushes, base / "push"))
    high = samples[min(len(samples) - 1, int(len(samples) * 0.99))]
    figure = f"p50 {statistics.median(samples) * 1e3:.0f} ms, p99 {high * 1e3:.0f} ms; {milliseconds(samples)}"
    page.add(Row("signed push request to live and scanned, M", figure, "p50 under 150 ms"))


async def _pushes(root: Path) -> list[float]:
    samples = []
    async with trio.open_nursery() as nursery:
        stage = Stage(root, nursery)
        await set_up(stage)
        await first_sync(stage)
        paths = editable(stage.repository.work / FOLDER)
        for number in range(PUSHES):
            edit(paths[number], f"push {number}")
            commit = await trio.to_thread.run_sync(stage.repository.commit, f"push {number}")
            mark = stage.gateway.mark()
            answer = await stage.host.push("main", commit)
            samples.append(await stage.scanned(mark, "the push is scanned") - answer.sent_at)
        await stage.stop()
        nursery.cancel_scope.cancel()
    return samples
