"""What the agent says: one JSON object a line with its context, and next to nothing while nothing changes."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import structlog
import trio

from stoker.observe import logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"


class Said:
    """All lines so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Decoded, and forgotten."""
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def said() -> Iterator[Said]:
    """The log as a process would write it."""
    made = Said()
    logs.configure(level="info", dev=False, stream=made.stream)
    yield made
    structlog.reset_defaults()


async def test_a_sync_is_one_line_with_its_context(autojump_clock: MockClock, said: Said, synced: Plant) -> None:
    said.lines.clear()
    commit = await synced.push({PATH: "new"})
    await trio.sleep(1)
    line = next(line for line in said.lines if line["event"] == "sync_completed")
    assert line["level"] == "info"
    assert {key: line[key] for key in ("namespace", "name", "gateway", "commit", "ref", "trigger")} == {
        "namespace": "plant",
        "name": "line",
        "gateway": "press",
        "commit": commit,
        "ref": "main",
        "trigger": "commit",
    }
    assert (line["modified"], line["scanned"]) == (1, True)
    assert isinstance(line["duration_s"], float)


async def test_a_sync_that_answers_a_request_names_it(autojump_clock: MockClock, said: Said, synced: Plant) -> None:
    await synced.want(requested_at="2026-01-02T00:00:00Z")
    await trio.sleep(1)
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    named = [line.get("requested_at") for line in said.lines if line["event"] == "sync_completed"]
    assert named[-2:] == ["2026-01-02T00:00:00Z", None]


async def test_a_failure_names_its_cause(autojump_clock: MockClock, said: Said, synced: Plant) -> None:
    await synced.want("f" * 40)
    await trio.sleep(1)
    line = next(line for line in said.lines if line["event"] == "sync_failed")
    assert (line["level"], line["reason"], line["gateway"]) == ("error", "CommitGone", "press")
    assert "f" * 40 in line["error"]


async def test_quiet_times_are_silent(autojump_clock: MockClock, said: Said, synced: Plant) -> None:
    await trio.sleep(30)
    assert said.lines
    await trio.sleep(900)
    assert said.lines == []


async def test_kept_files_are_named(autojump_clock: MockClock, said: Said, synced: Plant) -> None:
    synced.edit("by hand")
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    line = next(line for line in said.lines if line.get("kept"))
    assert line["kept"] == [PATH]
    assert line["kept_in"].startswith(".stoker/kept/")


async def test_drift_is_said_once(autojump_clock: MockClock, said: Said, synced: Plant) -> None:
    synced.edit("by hand")
    await trio.sleep(300)
    assert [line["paths"] for line in said.lines if line["event"] == "drift_found"] == [[PATH]]
    await synced.push({PATH: "new"})
    await trio.sleep(300)
    assert [line["event"] for line in said.lines if line["event"].startswith("drift")] == ["drift_gone"]
