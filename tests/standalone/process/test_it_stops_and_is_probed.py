"""SIGTERM, a second one, and what /healthz, /readyz and /metrics say meanwhile."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio

from tests.fakes.gitservers import silent_server
from tests.standalone.process.conftest import (
    SIGNED,
    Plant,
    announced,
    ended,
    eventually,
    get,
    post,
    resource,
    said,
    url_of,
)

if TYPE_CHECKING:
    from stoker.standalone.demo.processes import Child

PROBES = ("--probes", "127.0.0.1:0")
# SPEC 10; left out is what only a cluster has (GitHub App, injector).
CONTROLLER = """reconcile_duration_seconds reconcile_total ref_resolve_duration_seconds gateways_discovered
    gateways_synced cr_ready cr_info cr_paused condition_status gateway_sync_status
    gateway_last_sync_timestamp_seconds gateways_missing_sidecar"""
AGENT = """sync_duration_seconds scan_duration_seconds sync_total files_changed files_added files_modified files_deleted
    git_fetch_duration_seconds git_fetch_total scan_total designer_sessions_blocked designer_sessions_active
    last_sync_timestamp_seconds last_sync_success sync_skipped_total gateway_startup_duration_seconds drift_files"""
OTHERS = ("stoker_webhook_receiver_requests_total", "stoker_service_restarts_total")


async def synced(plant: Plant, *arguments: str) -> Child:
    await plant.gateway()
    plant.write()
    child = await plant.start(*arguments, env=SIGNED)
    await said(child, "sync_completed", commit=plant.first)
    return child


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_good_order(plant: Plant, number: int) -> None:
    child = await synced(plant)
    child.process.send_signal(number)
    assert await ended(child) == 0
    told = [line.event for line in child.lines]
    assert told.index("standalone_stopping") < told.index("agent_ended") < told.index("standalone_stopped")
    assert not [line for line in child.lines if line.fields.get("level") == "error"]


async def test_a_signal_is_heeded_while_a_git_server_is_silent(plant: Plant) -> None:
    await plant.gateway()
    with silent_server() as port:
        plant.write(resource(f"git://127.0.0.1:{port}/plant.git"))
        child = await plant.start()
        child.process.terminate()
        assert await ended(child) == 0


async def test_a_second_signal_ends_it_at_once(plant: Plant) -> None:
    """The first one waits: a request is half sent, and such have five seconds."""
    child = await synced(plant, "--receiver", "127.0.0.1:0")
    port = int((await url_of(child)).rsplit(":", 1)[1])
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        half = "POST /webhook/default/plant HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: 9\r\n\r\n{"
        await stream.send_all(half.encode())
        child.process.terminate()
        await said(child, "standalone_stopping")
        child.process.terminate()
        assert await ended(child) == 128 + signal.SIGTERM


async def test_probes_say_that_it_lives_and_serves(plant: Plant) -> None:
    child = await synced(plant, *PROBES, "--receiver", "127.0.0.1:0")
    url = await url_of(child, "probes_serving")
    for path in ("/healthz", "/readyz"):
        answer = await get(url + path)
        assert (answer.status_code, answer.json()) == (200, {"ok": True, "reasons": {}})
    assert (await get(f"{url}/elsewhere")).status_code == 404


async def test_every_metric_of_the_contract_is_exposed(plant: Plant) -> None:
    child = await synced(plant, *PROBES, "--receiver", "127.0.0.1:0")
    hook = f"{await url_of(child)}/webhook/default/plant"
    await post(hook, announced("other"), **{"X-GitHub-Event": "push"})
    await post(hook, announced(), secret="forged")
    await eventually(lambda: plant.judged("gw") == "Synced")
    url = await url_of(child, "probes_serving")
    text = (await get(f"{url}/metrics")).text
    wanted = [f"stoker_controller_{name}" for name in CONTROLLER.split()] + [
        f"stoker_agent_{name}" for name in AGENT.split()
    ]
    declared = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
    assert [name for name in (*wanted, *OTHERS) if name not in declared] == []
    assert 'stoker_webhook_receiver_requests_total{source="github",status_code="202"} 1.0' in text
    assert 'stoker_webhook_receiver_requests_total{source="unknown",status_code="401"} 1.0' in text
    assert 'git_ref="main"' in text
    assert "\nprocess_resident_memory_bytes " in text


async def test_every_supervised_service_and_every_gateway_has_its_series(plant: Plant) -> None:
    await plant.gateway("other")
    child = await synced(plant, *PROBES, "--receiver", "127.0.0.1:0")
    for name in ("gw", "other"):
        await said(child, "sync_completed", gateway=name, commit=plant.first)
    url = await url_of(child, "probes_serving")
    text = (await get(f"{url}/metrics")).text
    restarts = dict(re.findall(r'^stoker_service_restarts_total\{service="(.+)"\} (\S+)$', text, re.MULTILINE))
    fixed = {"agents", "receiver", "probes", "controller", "manifests", "state", "events", "heart", "notify"}
    assert restarts == dict.fromkeys(fixed | {"agent/default/gw", "agent/default/other"}, "0.0")
    for pod in ("gw", "other"):
        assert f'stoker_agent_sync_total{{namespace="default",pod="{pod}",profile="default",result="success"}}' in text


def listening(pid: int) -> set[str]:
    """The listening TCP sockets that a process holds, as the kernel numbers them."""
    tables = [Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    everyones = {row.split()[9] for table in tables for row in table if row.split()[3] == "0A"}
    held = set()
    for number in os.listdir(f"/proc/{pid}/fd"):
        with suppress(FileNotFoundError):  # closed since it was listed: no listener, which stays open
            held.add(os.readlink(f"/proc/{pid}/fd/{number}"))
    return everyones & {target.removeprefix("socket:[").removesuffix("]") for target in held}


async def test_without_the_flags_nothing_listens(plant: Plant) -> None:
    assert listening((await synced(plant)).process.pid) == set()
    with_both = await plant.start(
        *PROBES, "--receiver", "127.0.0.1:0", "--state-dir", str(plant.root / "other"), ready=""
    )
    await said(with_both, "probes_serving")
    await said(with_both, "receiver_serving")
    assert len(listening(with_both.process.pid)) == 2
