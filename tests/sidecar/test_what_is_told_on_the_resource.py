"""Each event of an agent on the resource, as ``kubectl describe`` shows it, by what really brings it about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from stoker.api.profiles import MappingSpec
from tests.sidecar.site import PROFILE, eventually

if TYPE_CHECKING:
    from tests.sidecar.site import Site

SESSION = {"id": "1", "user": "ann", "project": "line1"}


def told(site: Site, reason: str, text: str) -> bool:
    """Was there one event of that reason, of that gateway, about that?"""
    found = [event for event in site.events() if event["reason"] == reason]
    return [event["message"].startswith("press: ") and text in event["message"] for event in found] == [True]


def profiled(**changes: Any) -> dict[str, Any]:
    """The metadata's field."""
    return {"profiles": {"default": msgspec.structs.replace(PROFILE, **changes)}}


async def test_every_reason_once_with_what_it_is_about(site: Site) -> None:
    pod = await site.pod()
    site.open()
    await pod.start()
    await site.synced(site.first)
    skipped = site.push({"docs/readme.md": "elsewhere"})
    await eventually(partial(told, site, "SyncSkipped", f"{skipped[:7]} changes no file of this gateway"))
    site.want(commit="f" * 40)
    await eventually(partial(told, site, "CloneFailed", "f" * 40))
    nowhere = [MappingSpec(source="nowhere", destination="projects", required=True)]
    site.want(commit=site.first, **profiled(mappings=nowhere))
    await eventually(partial(told, site, "SyncFailed", "nowhere"))
    pod.gateway.designers = [SESSION]
    held = site.push({"projects/line1/a.txt": "two\n"}, **profiled(designer_session_policy="wait"))
    await eventually(partial(told, site, "DesignerSessionsBlocked", "ann in line1"))
    assert site.report()["designerSessionsBlocked"]
    pod.gateway.designers = []
    site.want(requested_at="now")
    await site.synced(held)
    kinds = {(event["reason"], event["type"], event["source"]["component"]) for event in site.events()}
    assert kinds == {
        ("SyncCompleted", "Normal", "stoker-agent"),
        ("SyncSkipped", "Normal", "stoker-agent"),
        ("CloneFailed", "Warning", "stoker-agent"),
        ("SyncFailed", "Warning", "stoker-agent"),
        ("DesignerSessionsBlocked", "Warning", "stoker-agent"),
    }
    assert {event["involvedObject"]["name"] for event in site.events()} == {site.cr}
