"""What a process in every gateway's pod must not carry: the real process tells of each module that it ever imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.sidecar.site import ended, probe

if TYPE_CHECKING:
    from tests.sidecar.site import Site

# Of rich the console: structlog asks for the package alone, finds it hidden, and goes on without.
UNWANTED = {
    *("kubernetes", "quart", "quart_trio", "jsonschema", "rich.console", "cryptography", "jwt", "yaml", "httpx"),
    "stoker.controller",
    "stoker.standalone",
    "stoker.receiver",
}


async def test_nothing_that_only_others_need_is_imported_in_a_whole_life(site: Site) -> None:
    pod = await site.pod()
    site.open()
    child = await pod.start(PYTHONPROFILEIMPORTTIME="1")
    await site.synced(site.first)
    await site.synced(site.push({"projects/line1/a.txt": "two\n"}))
    assert (await probe(child, "/metrics")).status_code == 200
    child.process.terminate()
    assert await ended(child) == 0
    imported = set(re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", pod.log(), re.MULTILINE))
    assert {"trio", "pygit2", "stoker.agent.loop", "stoker.kube.http.adapter"} <= imported
    imported.discard("rich")  # asked for by structlog, which is told that there is none
    assert {name for name in imported if name in UNWANTED or name.split(".")[0] in UNWANTED} == set()
