"""A real process whose service keeps failing: the others end in good order, one line says why, and the exit code is 1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.fakes.gitservers import closed_port

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
import trio
from functools import partial
from stoker.nursery.backoff import Backoff
from stoker.nursery.circles import supervise_circles
from stoker.nursery.service import Named
from stoker.process.running import run_until_signal

async def bad(*, task_status):
    task_status.started()
    raise OSError("the disk is gone")

async def good(until, name, *, task_status):
    task_status.started()
    await until.wait()
    print(name, "ended", flush=True)

async def main(stopping):
    late = trio.Event()
    await supervise_circles(
        [Named("bad", bad), Named("agents", partial(good, stopping, "agents"))],
        [Named("state", partial(good, late, "state"))],
        stopping=stopping,
        late=late,
        on_crash=lambda crash: None,
        on_state=lambda name, serving: None,
        backoff=Backoff((0.001,)),
        give_up_after=3,
    )

sys.exit(run_until_signal(main, grace=5))
"""


def test_with_1_and_one_line() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["agents ended", "state ended"]
    assert done.stderr == "stoker: service bad failed 3 times in a row; last: OSError: the disk is gone\n"
    assert done.returncode == 1


# --- the commands -------------------------------------------------------------------------------------------------

COMMANDS = ("manager", "agent", "standalone")
POD = {"POD_NAME": "gw-0", "POD_NAMESPACE": "plant", "POD_UID": "u", "CR_NAME": "line", "API_KEY_FILE": "/nowhere"}
RESOURCE = {
    "apiVersion": "stoker.io/v1alpha1",
    "kind": "GatewaySync",
    "metadata": {"name": "line"},
    "spec": {
        "git": {"repo": "file:///nowhere", "ref": "main"},
        "gateway": {"api": {"secretName": "key"}},
        "sync": {"profiles": {"default": {"mappings": [{"source": "a", "destination": "b"}]}}},
    },
}


def kubeconfig(folder: Path) -> Path:
    """Of an API server that is not there."""
    named = {"name": "away", "context": {"cluster": "away", "user": "away"}}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "away",
        "contexts": [named],
        "clusters": [{"name": "away", "cluster": {"server": f"http://127.0.0.1:{closed_port()}"}}],
        "users": [{"name": "away", "user": {"token": "a-token"}}],
    }
    (folder / "config").write_text(json.dumps(config))
    return folder / "config"


def command(name: str, folder: Path) -> list[str]:
    """As it would serve its probes and nothing else."""
    words = [name, "--probes", f"127.0.0.1:{closed_port()}"]
    if name == "standalone":
        (folder / "line.yaml").write_text(yaml.safe_dump(RESOURCE))
        return [
            *words,
            "-f",
            str(folder / "line.yaml"),
            "--state-dir",
            str(folder / "state"),
            "--data-dir",
            str(folder),
        ]
    return [*words, "--metrics", "127.0.0.1:0" if name == "agent" else "off"]


def robbed(name: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """That command, to its end."""
    told = {"KUBECONFIG": str(kubeconfig(folder)), "DATA_PATH": str(folder), "REPO_PATH": str(folder / "repo")}
    return subprocess.run(
        [sys.executable, "-m", "tests.fakes.robbed", *command(name, folder)],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **POD, **told, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_ends_with_1_and_says_which_and_why(name: str, tmp_path: Path) -> None:
    done = robbed(name, tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    events = [line["event"] for line in lines if line.get("service") == "probes" and line["level"] == "error"]
    assert (done.returncode, events) == (1, ["service_restarting"] * 9 + ["service_failed"])
    assert done.stderr.startswith("stoker: service probes failed 10 times in a row; last: ")
    assert "it is in use by another process" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_its_log_is_as_loud_as_told_and_for_people_on_request(name: str, tmp_path: Path) -> None:
    done = robbed(name, tmp_path, LOG_DEV_MODE="true", LOG_LEVEL="error")
    lines = done.stdout.splitlines()
    assert [line for line in lines if "[error" not in line] == []
    assert sum("service_restarting" in line and "service=probes" in line for line in lines) == 9
