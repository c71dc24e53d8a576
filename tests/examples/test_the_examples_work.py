"""What stands in ``examples/`` is tried: the manifests against a simulated gateway, the unit by our parser and systemd's."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import trio

from stoker.process.exits import USAGE
from stoker.standalone.options import parse_options
from stoker.standalone.simulator.gateway import SimulatedGateway
from tests.fakes.githttp import Behaviour
from tests.fakes.gitrepos import make_origin
from tests.fakes.gitservers import http_backend

EXAMPLES = Path(__file__).parents[2] / "examples"
UNIT = (EXAMPLES / "stoker.service").read_text(encoding="utf-8")
KEY, TOKEN = "stoker:a-real-key", "a-real-token"


PLACEHOLDERS = {
    "api_key": "stoker:replace-me",
    "token": "token: replace-me",
    "repo": "https://git.example.com/plant/ignition.git",
    "port": "port: 8088",
    "data": "path: /usr/local/bin/ignition/data",
}
KNOWN = """Description Documentation Wants After Before Type User Group EnvironmentFile StateDirectory ExecStart
    ExecReload TimeoutStartSec Restart RestartSec RestartPreventExitStatus TimeoutStopSec UMask NoNewPrivileges
    ProtectSystem ProtectHome PrivateTmp ReadWritePaths WantedBy"""


def replaced(text: str, **parts: str) -> str:
    """The example as somebody fills it in; each placeholder must be there exactly once."""
    for name, new in parts.items():
        assert text.count(PLACEHOLDERS[name]) == 1, name
        text = text.replace(PLACEHOLDERS[name], new)
    return text


async def test_the_manifests_sync_a_gateway_once_they_are_filled_in(tmp_path: Path, nursery: trio.Nursery) -> None:
    origin = make_origin(tmp_path / "srv" / "ignition.git")
    origin.commit({"projects/Line/project.json": "{}\n", "config/external/ignition/x/config.json": "{}\n"})
    data = tmp_path / "data"
    data.mkdir()
    gateway = SimulatedGateway(data, key=KEY)
    (url,) = await nursery.start(partial(gateway.run, "127.0.0.1:0", stopping=trio.Event()))
    text = (EXAMPLES / "gateway.yaml").read_text(encoding="utf-8")
    with http_backend(origin.path.parent, Behaviour(token=TOKEN)) as http:
        filled = replaced(
            text,
            api_key=KEY,
            token=f"token: {TOKEN}",
            repo=f"{http.url}/ignition.git",
            port=f"port: {url.rsplit(':', 1)[1]}",
            data=f"path: {data}",
        )
        manifests = tmp_path / "gateway.yaml"
        manifests.write_text(filled, encoding="utf-8")
        arguments = ["standalone", "-f", str(manifests), "--state-dir", str(tmp_path / "state"), "--once"]
        with trio.fail_after(90):
            done = await trio.run_process(
                [sys.executable, "-m", "stoker", *arguments], capture_stdout=True, capture_stderr=True, check=False
            )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (data / "projects/Line/project.json").is_file()
    assert (data / "config/resources/external/ignition/x/config.json").is_file()
    assert set(gateway.scans) == {"projects", "config"}


def settings(key: str) -> list[str]:
    """The values of a key of the unit."""
    return re.findall(rf"^{key}=(.*)$", UNIT, re.MULTILINE)


def test_the_units_command_is_one_that_our_parser_takes() -> None:
    (command,) = settings("ExecStart")
    program, name, *arguments = shlex.split(command)
    assert (Path(program).name, name) == ("stoker", "standalone")
    options = parse_options(arguments, {})
    assert options.manifests == (Path("/etc/stoker/manifests"),)
    assert options.state_dir == Path("/var/lib") / settings("StateDirectory")[0]
    assert (options.receiver, options.probes) == ("0.0.0.0:9444", "127.0.0.1:8081")


def test_the_unit_gives_up_on_what_only_a_person_can_mend_and_waits_for_a_merge() -> None:
    assert settings("RestartPreventExitStatus") == [str(USAGE)]
    assert int(settings("TimeoutStopSec")[0]) > 25
    assert settings("ExecReload") == ["/bin/kill -HUP $MAINPID"]


def test_the_unit_has_no_misspelt_setting(tmp_path: Path) -> None:
    """By our own list everywhere, and by systemd's own judgement where there is one (it wants a command that exists)."""
    assert set(re.findall(r"^(\w+)=", UNIT, re.MULTILINE)) == set(KNOWN.split())
    verify = shutil.which("systemd-analyze")
    if verify is None:
        return
    unit = tmp_path / "stoker.service"
    unit.write_text(UNIT.replace("/opt/stoker/.venv/bin/stoker", "/bin/true"), encoding="utf-8")
    command = [verify, "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "stoker.service" in line] == []
