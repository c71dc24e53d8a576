"""A store that refuses an edit for a while gets it later, without another edit; and only then is it said to be applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
import trio

from stoker.kube.cluster import GATEWAYSYNCS
from stoker.kube.faults import Faults
from stoker.kube.memory import MemoryCluster
from stoker.observe.logs import get_logger
from stoker.standalone.reload import ManifestWatch
from tests.standalone.conftest import pod, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stoker.standalone.manifests import Manifests


async def test_an_edit_that_the_store_refused_is_applied_once_it_can_be(
    write: Callable[..., Path], tmp_path: Path, nursery: trio.Nursery
) -> None:
    faults, applied = Faults(lost=1.0), trio.Event()

    def on_applied(_manifests: Manifests) -> None:
        applied.set()

    cluster = MemoryCluster(faults=faults)
    path = write(resource(), pod(tmp_path))
    log = get_logger("test")
    watch = ManifestWatch(
        (path,), data_dir=None, host="edge", cluster=cluster, on_applied=on_applied, log=log, look=0.01, retry=0.01
    )
    await nursery.start(watch.run)
    write(resource("other"), pod(tmp_path))
    with trio.fail_after(20):
        while not faults.injected:  # noqa: ASYNC110 - the faults have no event to wait for
            await trio.sleep(0.01)
    assert not applied.is_set()
    faults.lost = 0.0
    with trio.fail_after(20):
        await applied.wait()
    assert [item.metadata.name for item in (await cluster.list(GATEWAYSYNCS)).items] == ["other"]
    nursery.cancel_scope.cancel()


async def test_the_same_refusal_is_said_once_however_often_it_comes(
    write: Callable[..., Path], tmp_path: Path, nursery: trio.Nursery
) -> None:
    faults = Faults(lost=1.0)
    watch = ManifestWatch(
        (write(resource(), pod(tmp_path)),),
        data_dir=None,
        host="edge",
        cluster=MemoryCluster(faults=faults),
        on_applied=lambda _manifests: None,
        log=get_logger("test"),
        look=0.01,
        retry=0.01,
    )
    with structlog.testing.capture_logs() as lines:
        await nursery.start(watch.run)
        write(resource("other"), pod(tmp_path))
        with trio.fail_after(20):
            while len(faults.injected) < 4:  # noqa: ASYNC110 - the faults have no event to wait for
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    assert [line["event"] for line in lines].count("manifests_not_applied") == 1
