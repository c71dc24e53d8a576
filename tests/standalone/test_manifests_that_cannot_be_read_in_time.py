"""A file system that hangs while manifests are read: they are read again once it answers, without another edit or signal."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import structlog
import trio

from stoker.kube.memory import MemoryCluster
from stoker.observe.logs import get_logger
from stoker.standalone.reload import ManifestWatch
from tests.standalone.conftest import pod, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def test_they_are_read_again(write: Callable[..., Path], tmp_path: Path, nursery: trio.Nursery) -> None:
    """Threads that are all taken stand for the file system: no read begins, so none ends."""
    applied = trio.Event()
    watch = ManifestWatch(
        (write(resource(), pod(tmp_path)),),
        data_dir=None,
        host="edge",
        cluster=MemoryCluster(),
        on_applied=lambda _manifests: applied.set(),
        log=get_logger("test"),
        look=0.01,
        retry=0.01,
        patience=0.1,
    )
    await nursery.start(watch.run)
    threads = trio.to_thread.current_default_thread_limiter()
    before, threads.total_tokens = threads.total_tokens, 1
    with structlog.testing.capture_logs() as lines:
        async with threads:
            os.kill(os.getpid(), signal.SIGHUP)
            with trio.fail_after(20):
                while not lines:  # noqa: ASYNC110 - a log line has no event to wait for
                    await trio.sleep(0.01)
            assert not applied.is_set()
    assert "could not be read within 0.1 s" in lines[0]["error"]
    threads.total_tokens = before
    with trio.fail_after(20):
        await applied.wait()
    nursery.cancel_scope.cancel()
