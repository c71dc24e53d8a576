"""A pod injected before the upgrade keeps environment and volumes, and metadata of before may be there: the agent syncs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stoker.api import names
from tests.sidecar.site import CR, FILES, opens

if TYPE_CHECKING:
    from tests.sidecar.site import Site

PROFILE = {
    "mappings": [{"source": "projects/", "destination": "projects/", "type": "", "patches": None}],
    "syncPeriod": 30,
    "dryRun": False,
    "designerSessionPolicy": "proceed",
    "paused": False,
}


async def test_it_syncs_and_reports_without_a_uid_and_under_the_pod_s_name(site: Site) -> None:
    pod = await site.pod(POD_UID="", GATEWAY_NAME="", PROFILE="")
    site.open()
    older = {"profiles": json.dumps({"default": PROFILE}), **dict.fromkeys(("requestedAt", "historyLimit"))}
    site.plane.admin.patch(site.map_path(names.metadata_configmap(CR)), {"data": older})
    site.origin.git("clone", "--quiet", site.origin.url, str(pod.root / "repo"))  # the emptyDir outlives the container
    (pod.data / ".sync-staging/projects").mkdir(parents=True)
    child = await pod.start()
    await opens(child, "/startupz")
    await site.synced(site.first)
    assert {path: (pod.data / path).read_text() for path in FILES} == FILES
    assert not (pod.data / ".sync-staging").exists()
    report = site.report()
    assert "podUID" not in report
    assert (report["gatewayName"], report["profileName"]) == ("gw-0", "default")
