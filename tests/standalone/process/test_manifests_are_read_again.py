"""An edit, a SIGHUP, a broken file, a removed resource: applied as ``kubectl apply`` would, while it runs."""

from __future__ import annotations

import signal
from functools import partial

from tests.standalone.process.conftest import SIGNED, Plant, announced, eventually, post, resource, said, url_of


def echoed(plant: Plant, value: str) -> bool:
    return bool(plant.status().get("lastHandledRequestedAt") == value)


async def test_an_edit_is_applied_and_synced(plant: Plant) -> None:
    data = await plant.gateway()
    commit = plant.origin.commit({"projects/Line/a.txt": "next\n"}, branch="next")
    plant.write()
    child = await plant.start()
    await said(child, "sync_completed", commit=plant.first)
    plant.write(resource(plant.origin.url, ref="next"))
    line = await said(child, "manifests_applied")
    assert line.fields["changed"] == ["GatewaySync default/plant"]
    await said(child, "sync_completed", commit=commit)
    assert (data / "projects/Line/a.txt").read_text() == "next\n"


async def test_a_hangup_reads_at_once_and_says_so_even_when_nothing_changed(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start()
    child.process.send_signal(signal.SIGHUP)
    line = await said(child, "manifests_applied", trigger="hangup")
    assert (line.fields["created"], line.fields["changed"], line.fields["deleted"]) == ([], [], [])


async def test_a_broken_edit_is_reported_and_the_last_good_state_stays_in_force(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start("--receiver", "127.0.0.1:0", env=SIGNED)
    await said(child, "sync_completed", commit=plant.first)
    wrong = resource(plant.origin.url)
    wrong["spec"]["sync"]["profiles"]["default"]["mappings"][0]["destination"] = "/etc"
    wrong["spec"]["polling"]["intervall"] = "1s"
    plant.write(wrong)
    faults = [await said(child, "manifest_invalid")]
    faults.append(await said(child, "manifest_invalid", after=child.lines.index(faults[0]) + 1))
    text = " ".join(str(line.fields["error"]) for line in faults)
    assert "intervall" in text
    assert "destination" in text
    assert "the last good state stays" in text
    commit = plant.origin.commit({"projects/Line/a.txt": "two\n"})
    await post(f"{await url_of(child)}/webhook/default/plant", announced(), **{"X-GitHub-Event": "push"})
    await said(child, "sync_completed", commit=commit)
    mark = child.mark()
    plant.write(resource(plant.origin.url, ref=plant.first))
    await said(child, "sync_completed", commit=plant.first, after=mark)


async def test_a_removed_resource_is_deleted_and_its_gateways_files_stay(plant: Plant) -> None:
    data = await plant.gateway()
    plant.write()
    child = await plant.start()
    await said(child, "sync_completed", commit=plant.first)
    plant.pods.clear()
    plant.write(resource(plant.origin.url, "another"))
    line = await said(child, "manifests_applied")
    assert line.fields["deleted"] == ["Pod default/gw", "GatewaySync default/plant"]
    await said(child, "agent_ended", gateway="gw")
    kept = plant.state / "objects"
    await eventually(lambda: not [path for path in kept.rglob("*.yaml") if "plant" in path.name])
    assert (data / "projects/Line/a.txt").read_text() == "one\n"


async def test_a_changed_request_in_the_file_forces_a_sync_and_is_echoed(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start()
    await said(child, "sync_completed", commit=plant.first)
    await eventually(lambda: plant.judged("gw") == "Synced")
    for value in ("please", "2026-01-02T03:04:05Z"):
        wanted = resource(plant.origin.url)
        wanted["metadata"]["annotations"] = {"stoker.io/requested-at": value}
        mark, scans = child.mark(), len(plant.gateways["gw"].scans)
        plant.write(wanted)
        line = await said(child, "sync_completed", trigger="request", after=mark)
        assert (line.fields["commit"], line.fields["scanned"]) == (plant.first, True)
        assert len(plant.gateways["gw"].scans) >= scans + 2
        await eventually(partial(echoed, plant, value))


async def test_what_the_receiver_asked_for_stays_through_an_edit(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start("--receiver", "127.0.0.1:0", env=SIGNED)
    await said(child, "sync_completed", commit=plant.first)
    commit = plant.origin.commit({"projects/Line/a.txt": "v2\n"}, branch="v2")
    await post(f"{await url_of(child)}/webhook/default/plant", {"ref": "v2"})
    await said(child, "sync_completed", commit=commit)
    edited = resource(plant.origin.url)
    edited["spec"]["polling"]["interval"] = "2h"
    plant.write(edited)
    await said(child, "manifests_applied")
    annotations = plant.object("GatewaySync", "plant")["metadata"]["annotations"]
    assert annotations["stoker.io/requested-ref"] == "v2"
    assert plant.object("GatewaySync", "plant")["spec"]["git"]["ref"] == "main"


async def test_a_new_pod_gets_an_agent_and_a_moved_one_a_new_agent(plant: Plant) -> None:
    await plant.gateway("one")
    plant.write()
    child = await plant.start()
    await said(child, "sync_completed", gateway="one")
    two = await plant.gateway("two")
    plant.write()
    await said(child, "sync_completed", gateway="two")
    assert (two / "projects/Line/a.txt").is_file()
    mark, moved = child.mark(), plant.root / "moved"
    moved.mkdir()
    plant.pods["two"]["spec"]["volumes"][0]["hostPath"]["path"] = str(moved)
    plant.write()
    await said(child, "agent_ended", gateway="two", after=mark)
    await said(child, "agent_starting", gateway="two", data=str(moved), after=mark)
    await eventually((moved / "projects/Line/a.txt").is_file)


async def test_polling_alone_finds_a_push(plant: Plant) -> None:
    data = await plant.gateway()
    wanted = resource(plant.origin.url)
    wanted["spec"]["polling"]["interval"] = "200ms"
    plant.write(wanted)
    child = await plant.start()
    await said(child, "sync_completed", commit=plant.first)
    commit = plant.origin.commit({"projects/Line/a.txt": "polled\n"})
    await said(child, "sync_completed", commit=commit)
    assert (data / "projects/Line/a.txt").read_text() == "polled\n"
    assert not [line for line in child.lines if line.event == "receiver_serving"]
