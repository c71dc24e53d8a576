"""Objects as YAML files: what is kept, when it is written, and what a damaged file does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import structlog
import trio
import yaml

from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, SECRETS
from stoker.kube.memory import MemoryCluster
from stoker.receiver.picture import FOLLOWERS
from stoker.standalone.state import ObjectFiles

if TYPE_CHECKING:
    from pathlib import Path

LOG = structlog.get_logger()
SPEC = {"git": {"repo": "file:///r", "ref": "main"}}


def open_files(root: Path) -> tuple[ObjectFiles, MemoryCluster]:
    files = ObjectFiles(root, log=LOG)
    cluster = MemoryCluster()
    cluster.load(files.read())
    cluster.on_change = files.changed
    return files, cluster


async def written(files: ObjectFiles) -> None:
    while files.behind:  # noqa: ASYNC110 - the files have no event to wait for, and need none
        await trio.sleep(0.001)


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def fill(cluster: MemoryCluster) -> None:
    owner = await cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": "plant"}, "spec": SPEC})
    reference = {"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "name": "plant", "uid": owner.metadata.uid}
    body = {"metadata": {"name": "stoker-status-plant", "ownerReferences": [reference]}, "data": {"gw": '{"a": 1}'}}
    await cluster.create(CONFIGMAPS, "default", body)
    await cluster.create(SECRETS, "default", {"metadata": {"name": "key"}, "data": {"k": "czNjcmV0"}})


async def test_resources_and_hand_over_documents_come_back_and_secrets_never_touch_the_disk(tmp_path: Path) -> None:
    _, cluster = open_files(tmp_path)
    await fill(cluster)
    path = tmp_path / "ConfigMap" / "default" / "stoker-status-plant.yaml"
    assert yaml.safe_load(path.read_text())["data"] == {"gw": '{"a": 1}'}
    assert not any("czNjcmV0" in path.read_text() for path in files_below(tmp_path))
    _, again = open_files(tmp_path)
    assert again.snapshot() == cluster.snapshot(GATEWAYSYNCS, CONFIGMAPS)


async def test_a_change_is_on_disk_before_the_writer_goes_on(tmp_path: Path) -> None:
    _, cluster = open_files(tmp_path)
    await fill(cluster)
    await cluster.patch(GATEWAYSYNCS, "default", "plant", {"metadata": {"annotations": {"stoker.io/pushed-at": "x"}}})
    text = (tmp_path / "GatewaySync" / "default" / "plant.yaml").read_text()
    assert yaml.safe_load(text)["metadata"]["annotations"] == {"stoker.io/pushed-at": "x"}


async def test_a_change_by_who_reads_less_of_the_kind_is_on_disk_as_whole(tmp_path: Path) -> None:
    _, cluster = open_files(tmp_path)
    await fill(cluster)
    await cluster.patch(FOLLOWERS, "default", "plant", {"metadata": {"annotations": {"stoker.io/pushed-at": "x"}}})
    body = yaml.safe_load((tmp_path / "GatewaySync" / "default" / "plant.yaml").read_text())
    assert (body["metadata"]["annotations"], body["spec"]) == ({"stoker.io/pushed-at": "x"}, SPEC)


async def test_a_deleted_object_leaves_no_file(tmp_path: Path) -> None:
    _, cluster = open_files(tmp_path)
    await fill(cluster)
    await cluster.delete(GATEWAYSYNCS, "default", "plant")
    assert not files_below(tmp_path)


@pytest.mark.parametrize("damage", ["", "a: [", "{}", "kind: Pod\nmetadata: {}\n", "\x00"])
async def test_a_damaged_file_is_set_aside_and_the_start_goes_on(tmp_path: Path, damage: str) -> None:
    _, cluster = open_files(tmp_path)
    await fill(cluster)
    path = tmp_path / "ConfigMap" / "default" / "stoker-status-plant.yaml"
    path.write_text(damage)
    _, again = open_files(tmp_path)
    assert again.snapshot() == cluster.snapshot(GATEWAYSYNCS)
    assert path.with_name(path.name + ".unreadable").read_text() == damage


async def test_documents_of_a_resource_that_is_gone_are_removed(tmp_path: Path) -> None:
    _, cluster = open_files(tmp_path)
    await fill(cluster)
    (tmp_path / "GatewaySync" / "default" / "plant.yaml").unlink()
    _, again = open_files(tmp_path)
    assert again.snapshot() == []
    assert not files_below(tmp_path)


async def test_a_failed_write_is_tried_again(tmp_path: Path) -> None:
    files, cluster = ObjectFiles(tmp_path, log=LOG, retry=0.001), MemoryCluster()
    cluster.on_change = files.changed
    (tmp_path / "GatewaySync").touch()
    await fill(cluster)
    assert files.behind
    (tmp_path / "GatewaySync").unlink()
    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            await nursery.start(files.run)
            await written(files)
            nursery.cancel_scope.cancel()
    assert (tmp_path / "GatewaySync" / "default" / "plant.yaml").is_file()


async def test_what_could_not_be_written_is_written_when_the_process_stops(tmp_path: Path) -> None:
    files, cluster = ObjectFiles(tmp_path, log=LOG), MemoryCluster()
    cluster.on_change = files.changed
    (tmp_path / "GatewaySync").touch()
    await fill(cluster)
    (tmp_path / "GatewaySync").unlink()
    await files.close()
    assert (tmp_path / "GatewaySync" / "default" / "plant.yaml").is_file()


async def test_what_the_disk_refuses_to_the_end_is_named(tmp_path: Path) -> None:
    files, cluster = ObjectFiles(tmp_path, log=LOG), MemoryCluster()
    cluster.on_change = files.changed
    (tmp_path / "GatewaySync").touch()
    await fill(cluster)
    with structlog.testing.capture_logs() as lines:
        await files.close()
    assert lines[-1]["event"] == "state_lost"
    assert lines[-1]["paths"] == [str(tmp_path / "GatewaySync" / "default" / "plant.yaml")]


async def test_a_file_that_could_not_be_flushed_is_written_again(tmp_path: Path) -> None:
    """A link to itself cannot be opened (ELOOP), which stands for a disk that fails while it flushes (EIO)."""
    files, cluster = ObjectFiles(tmp_path, log=LOG), MemoryCluster()
    cluster.on_change = files.changed
    await fill(cluster)
    path = tmp_path / "GatewaySync" / "default" / "plant.yaml"
    path.unlink()
    path.symlink_to(path)
    await files.flush()
    refused = files.behind
    await files.close()
    assert (refused, files.behind) == (True, False)
    assert not path.is_symlink()
    assert yaml.safe_load(path.read_text())["kind"] == "GatewaySync"


async def test_what_a_power_cut_tears_is_as_it_was_last_flushed(tmp_path: Path) -> None:
    files, cluster = open_files(tmp_path)
    await fill(cluster)
    await cluster.patch(
        GATEWAYSYNCS, "default", "plant", {"metadata": {"annotations": {"stoker.io/requested-ref": "v2"}}}
    )
    await files.flush()
    before = cluster.snapshot(GATEWAYSYNCS, CONFIGMAPS)
    for number in range(2):
        await cluster.patch(
            GATEWAYSYNCS, "default", "plant", {"status": {"profileCount": number}}, subresource="status"
        )
    (tmp_path / "GatewaySync" / "default" / "plant.yaml").write_text("")
    _, again = open_files(tmp_path)
    assert again.snapshot() == before


async def test_a_flushed_file_has_one_name(tmp_path: Path) -> None:
    files, cluster = open_files(tmp_path)
    await fill(cluster)
    await cluster.patch(GATEWAYSYNCS, "default", "plant", {"status": {"profileCount": 1}}, subresource="status")
    await files.flush()
    assert sorted(path.name for path in files_below(tmp_path)) == ["plant.yaml", "stoker-status-plant.yaml"]
