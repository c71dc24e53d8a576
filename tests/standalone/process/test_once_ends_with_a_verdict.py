"""``--once``: 0 when every gateway is Synced, 1 otherwise with the reasons, and nothing of an earlier run counts."""

from __future__ import annotations

import signal
import socket

import pytest

from stoker.standalone.options import host_name
from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import git_daemon, http_backend, silent_server
from tests.standalone.process.conftest import Plant, ended, eventually, resource

AWAY = "http://127.0.0.1:9"


async def test_every_gateway_synced_is_0_and_says_nothing(plant: Plant) -> None:
    data = await plant.gateway()
    plant.write()
    assert await plant.once() == (0, "")
    assert (data / "projects/Line/a.txt").read_text() == "one\n"
    assert set(plant.gateways["gw"].scans) == {"projects", "config"}


async def test_a_gateway_that_does_not_answer_is_1_with_the_reason(plant: Plant) -> None:
    await plant.gateway("here")
    await plant.gateway("gone", gateway_url=AWAY)
    plant.write()
    code, printed = await plant.once()
    assert code == 1
    assert printed.count("\n") == 0
    assert "gateway default/gone is not Synced" in printed
    assert AWAY in printed


async def test_a_dry_run_needs_no_gateway_and_writes_nothing(plant: Plant) -> None:
    data = await plant.gateway(gateway_url=AWAY)
    wanted = resource(plant.origin.url)
    wanted["spec"]["sync"]["defaults"] = {"dryRun": True}
    plant.write(wanted)
    assert await plant.once() == (0, "")
    assert not (data / "projects/Line").exists()
    assert plant.reports()["gw"]["dryRunDiffAdded"] == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"git": {"repo": "file:///no/such.git", "ref": "main"}}, "no readable git repository there"),
        ({"git": {"repo": "URL", "ref": "no-such"}}, "has no branch or tag 'no-such'"),
        ({"git": {"repo": "ssh://git@host/x.git", "ref": "main"}}, "set spec.git.auth.sshKey"),
        ({"gateway": {"api": {"secretName": "absent"}}}, "absent"),
        ({"paused": True}, "is paused; remove spec.paused"),
    ],
)
async def test_what_forbids_a_sync_is_the_reason(plant: Plant, change: dict[str, object], reason: str) -> None:
    await plant.gateway()
    wanted = resource(plant.origin.url)
    wanted["spec"] |= {key: _at(plant.origin.url, value) for key, value in change.items()}
    plant.write(wanted)
    code, printed = await plant.once()
    assert code == 1
    assert "gateway default/gw is not Synced" in printed
    assert reason in printed
    assert "retry" not in printed


def _at(url: str, value: object) -> object:
    return {key: url if text == "URL" else text for key, text in value.items()} if isinstance(value, dict) else value


async def test_a_paused_profile_is_the_reason_whatever_was_reported_before(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    assert (await plant.once())[0] == 0
    wanted = resource(plant.origin.url)
    wanted["spec"]["sync"]["profiles"]["default"]["paused"] = True
    plant.write(wanted)
    code, printed = await plant.once()
    assert code == 1
    assert "the profile 'default' is paused" in printed


async def test_what_an_earlier_run_reported_does_not_count(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    assert (await plant.once())[0] == 0
    plant.origin.git("update-ref", "-d", "refs/heads/main")
    code, printed = await plant.once()
    assert code == 1
    assert "no commit yet" in printed


async def test_a_second_run_of_an_unchanged_commit_is_0_and_changes_nothing(plant: Plant) -> None:
    data = await plant.gateway()
    plant.write()
    await plant.once()
    before = (data / "projects/Line/a.txt").stat()
    assert await plant.once() == (0, "")
    assert (data / "projects/Line/a.txt").stat() == before


async def test_repositories_over_git_and_http_with_a_token(plant: Plant) -> None:
    root, token = plant.origin.path.parent, "git-t0ken-4711"
    with git_daemon(root) as daemon, http_backend(root, Behaviour(token=token)) as http:
        one = await plant.gateway("one", cr_name="by-git")
        two = await plant.gateway("two", cr_name="by-http")
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "git"}, "stringData": {"token": token}}
        by_http = resource(f"{http.url}/plant.git", "by-http")
        by_http["spec"]["git"]["auth"] = {"token": {"secretRef": {"name": "git", "key": "token"}}}
        plant.write(resource(f"{daemon}/plant.git", "by-git"), by_http, secret)
        assert await plant.once() == (0, "")
        assert (one / "projects/Line/a.txt").read_text() == (two / "projects/Line/a.txt").read_text() == "one\n"
        secret["stringData"] = {"token": "another"}
        plant.write(resource(f"{daemon}/plant.git", "by-git"), by_http, secret)
        code, printed = await plant.once()
    assert code == 1
    assert "gateway default/two is not Synced" in printed
    assert "gateway default/one" not in printed
    assert "another" not in printed.replace("another way", "")


async def test_a_stop_before_the_end_is_not_a_success(plant: Plant) -> None:
    await plant.gateway()
    with silent_server() as port:
        plant.write(resource(f"git://127.0.0.1:{port}/plant.git"))
        child = await plant.start("--once", ready="")
        await eventually((plant.state / "objects/GatewaySync/default/plant.yaml").exists)
        child.process.send_signal(signal.SIGTERM)
        assert await ended(child) == 1
    printed = [line.event for line in child.lines if "level" not in line.fields]
    assert printed == ["stoker: gateway default/gw is not Synced: stopped before it was synced"]


async def test_data_dir_alone_is_a_gateway_named_after_the_host(plant: Plant) -> None:
    data = plant.root / "ignition data"
    data.mkdir()
    wanted = resource(plant.origin.url)
    wanted["spec"]["sync"]["defaults"] = {"dryRun": True}
    plant.write(wanted)
    assert await plant.once("--data-dir", str(data)) == (0, "")
    host = host_name(socket.gethostname())
    assert plant.reports()[host]["profileName"] == "default"


async def test_data_dir_overrides_the_only_pods_volume_and_is_refused_with_two(plant: Plant) -> None:
    await plant.gateway()
    data = plant.root / "elsewhere"
    data.mkdir()
    plant.write()
    assert await plant.once("--data-dir", str(data)) == (0, "")
    assert (data / "projects/Line/a.txt").is_file()
    await plant.gateway("second")
    plant.write()
    code, printed = await plant.once("--data-dir", str(data))
    assert code == 2
    assert "there are 2 Pods" in printed
