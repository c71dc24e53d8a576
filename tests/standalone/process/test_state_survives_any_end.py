"""Status, requests and history live in YAML files: they survive a stop and a SIGKILL, and hold no secret."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import yaml

from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import http_backend
from tests.standalone.process.conftest import (
    HMAC,
    KEY,
    SIGNED,
    Plant,
    announced,
    ended,
    eventually,
    post,
    resource,
    said,
    url_of,
)

if TYPE_CHECKING:
    from pathlib import Path

RECEIVER = ("--receiver", "127.0.0.1:0")


async def test_after_a_stop_the_next_start_knows_what_was_handled_and_does_nothing_twice(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start(*RECEIVER, env=SIGNED)
    await said(child, "sync_completed", commit=plant.first)
    await post(f"{await url_of(child)}/webhook/default/plant", {"ref": "main"})
    await said(child, "sync_completed", trigger="request")
    await eventually(lambda: plant.status().get("lastHandledRequestedAt") is not None)
    before = plant.status()
    child.process.terminate()
    assert await ended(child) == 0
    again = await plant.start()
    await said(again, "condition_changed", type="Ready", status="True")
    after = plant.status()
    for key in ("lastHandledRequestedAt", "lastSyncTime", "lastSyncCommit"):
        assert after[key] == before[key]
    assert not [line for line in again.lines if line.event == "request_handled"]
    assert not [line for line in again.lines if line.fields.get("trigger") == "request"]


async def test_a_request_accepted_just_before_a_sigkill_is_handled_by_the_next_start(plant: Plant) -> None:
    data = await plant.gateway()
    plant.write()
    child = await plant.start(*RECEIVER, env=SIGNED)
    await said(child, "sync_completed", commit=plant.first)
    url = await url_of(child)
    commit = plant.origin.commit({"projects/Line/a.txt": "v2\n"}, branch="v2")
    child.process.send_signal(signal.SIGSTOP)
    child.process.send_signal(signal.SIGCONT)
    answer = await post(f"{url}/webhook/default/plant", {"ref": "v2"})
    child.process.kill()
    assert answer.status_code == 202
    await ended(child)
    annotations = plant.object("GatewaySync", "plant")["metadata"]["annotations"]
    again = await plant.start(ready="")
    await eventually(lambda: (data / "projects/Line/a.txt").read_text() == "v2\n")
    await eventually(lambda: plant.status().get("lastHandledRequestedAt") == annotations["stoker.io/requested-at"])
    assert plant.status()["lastSyncCommit"] == commit
    again.process.terminate()
    assert await ended(again) == 0


async def test_a_push_accepted_just_before_a_sigkill_is_live_after_the_next_start(plant: Plant) -> None:
    data = await plant.gateway()
    plant.write()
    child = await plant.start(*RECEIVER, env=SIGNED)
    await said(child, "sync_completed", commit=plant.first)
    url = await url_of(child)
    plant.origin.commit({"projects/Line/a.txt": "two\n"})
    await post(f"{url}/webhook/default/plant", announced(), **{"X-GitHub-Event": "push"})
    child.process.kill()
    await ended(child)
    await plant.start()
    await eventually(lambda: (data / "projects/Line/a.txt").read_text() == "two\n")


async def test_every_file_of_the_state_is_whole_yaml_at_any_moment(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    child = await plant.start(*RECEIVER, env=SIGNED)
    url = await url_of(child)
    for number in range(12):
        plant.origin.commit({"projects/Line/a.txt": f"{number}\n"})
        await post(f"{url}/webhook/default/plant", announced(), **{"X-GitHub-Event": "push"})
        for path in (plant.state / "objects").rglob("*.yaml"):
            body = yaml.safe_load(path.read_text(encoding="utf-8"))
            assert (body["kind"], body["metadata"]["name"]) == (path.parent.parent.name, path.stem)
    assert {path.parent.parent.name for path in (plant.state / "objects").rglob("*.yaml")} == {
        "GatewaySync",
        "ConfigMap",
    }


async def test_no_secret_is_in_the_state_the_log_or_the_data_directory(plant: Plant) -> None:
    token = "git-t0ken-4711"
    data = await plant.gateway()
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "git"}, "stringData": {"token": token}}
    with http_backend(plant.origin.path.parent, Behaviour(token=token)) as http:
        wanted = resource(f"http://somebody:pa55-in-url@{http.url.removeprefix('http://')}/plant.git")
        wanted["spec"]["git"]["auth"] = {"token": {"secretRef": {"name": "git", "key": "token"}}}
        plant.write(wanted, secret)
        child = await plant.start(*RECEIVER, env={**SIGNED, "LOG_LEVEL": "debug"})
        await said(child, "sync_completed", commit=plant.first)
        http.behaviour.token = "changed"
        await post(f"{await url_of(child)}/webhook/default/plant", {"ref": "main"})
        await said(child, "condition_changed", type="RefResolved", status="False")
        plant.gateways["gw"].key = "another:key"
        secret["stringData"] = {"token": "changed"}
        plant.write(wanted, secret)
        await said(child, "manifests_applied")
        await post(f"{await url_of(child)}/webhook/default/plant", {"ref": "main"})
        await said(child, "sync_failed")
        child.process.terminate()
        assert await ended(child) == 0
    logs = (plant.root / "stoker-0.log").read_bytes()
    seen = logs + b"".join(_bytes_below(plant.state)) + b"".join(_bytes_below(data / ".stoker"))
    assert [text for text in (token, KEY, HMAC, "k3y-of-the", "changed:") if text.encode() in seen] == []
    assert b"pa55-in-url" not in logs


def _bytes_below(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
