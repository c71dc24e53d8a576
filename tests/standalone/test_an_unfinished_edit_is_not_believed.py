"""A file that is still being written can be good YAML that lacks a resource, which would be deleted: it must stand still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import trio

from stoker.kube.memory import MemoryCluster
from stoker.observe.logs import get_logger
from stoker.standalone.documents import fingerprint
from stoker.standalone.reload import ManifestWatch
from tests.standalone.conftest import pod, resource, together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pytest

    from stoker.standalone.manifests import Manifests

Marks = tuple[tuple[str, int, int, int], ...]


async def test_what_changes_between_two_looks_is_read_once_it_has_not(
    write: Callable[..., Path], tmp_path: Path, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, last = write(resource("one"), pod(tmp_path)), resource("two") + "# the end\n"
    parts = [resource("one") + "#" * length for length in (1, 2, 3)] + [together(resource("one"), last)]

    def looked_at_by_a_slow_writer(paths: Sequence[Path]) -> Marks:
        marks = fingerprint(paths)
        if parts:
            path.write_text(parts.pop(0))
        return marks

    monkeypatch.setattr("stoker.standalone.reload.fingerprint", looked_at_by_a_slow_writer)
    heard, found = trio.open_memory_channel[list[str]](9)

    def on_applied(manifests: Manifests) -> None:
        heard.send_nowait([one.name for one in manifests.objects if one.kind.kind == "GatewaySync"])

    cluster, log = MemoryCluster(), get_logger("test")
    data = tmp_path / "data"
    watch = ManifestWatch(
        (path,), data_dir=data, host="edge", cluster=cluster, on_applied=on_applied, log=log, look=0.01
    )
    await nursery.start(watch.run)
    with trio.fail_after(20):
        assert await found.receive() == ["one", "two"]
    nursery.cancel_scope.cancel()
