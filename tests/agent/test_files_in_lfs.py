"""Files that a repository keeps in Git LFS are synced as they are in git, and the log says that they are pointers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio

if TYPE_CHECKING:
    from collections.abc import Callable

    from trio.testing import MockClock

    from tests.agent.plant import Plant

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'1' * 64}\nsize 12345\n"


async def test_pointers_are_synced_and_warned_of(
    autojump_clock: MockClock, synced: Plant, logged: Callable[[], list[dict[str, Any]]]
) -> None:
    attributes = "# large ones\n*.png filter=lfs diff=lfs merge=lfs -text\n"
    await synced.push({".gitattributes": attributes, "projects/line1/logo.png": POINTER})
    await trio.sleep(1)
    assert synced.report.sync_status == "Synced"
    assert synced.live("projects/line1/logo.png") == POINTER
    (warning,) = [line["warning"] for line in logged() if line["event"] == "sync_warning"]
    assert warning.startswith(".gitattributes keeps files in Git LFS ('*.png')")
