"""A git store that the disk spoilt while its agent runs: found out when it is read, fetched anew, and the sync goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.gitservers import http_backend
from tests.sidecar.site import eventually

if TYPE_CHECKING:
    from tests.sidecar.site import Site

LIVE = "projects/line1/project.json"


async def test_a_lost_file_is_restored_though_the_pack_that_holds_it_is_spoilt(site: Site) -> None:
    with http_backend(site.root / "srv") as server:
        pod = await site.pod()
        site.open(git_url=f"{server.url}/plant.git")
        child = await pod.start()
        await site.synced(site.first)
        (pack,) = (pod.root / "repo").rglob("*.pack")
        commit = site.push({"projects/line1/a.txt": "two\n"})  # comes in a pack of its own, which stays good
        await site.synced(commit)
        pack.unlink()
        pack.write_bytes(b"")  # as a start after a power cut finds it
        (pod.data / LIVE).unlink()
        site.want(requested_at="now")
        await eventually((pod.data / LIVE).exists)
        await site.synced(commit)
        assert not [line for line in child.lines if line.event == "sync_failed"]
