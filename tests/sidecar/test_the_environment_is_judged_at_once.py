"""What the webhook writes is read once; every fault is named, with the variable and the remedy, and nothing is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stoker.api.handoff import Metadata
from stoker.errors import SettingsInvalid
from stoker.sidecar.command import Options, parse_options
from stoker.sidecar.environment import PodSettings
from stoker.sidecar.run import setup_of
from stoker.web.listen import everywhere

LEAST = {
    "POD_NAME": "gw-0",
    "POD_NAMESPACE": "plant",
    "POD_UID": "0f7c",
    "CR_NAME": "line",
    "API_KEY_FILE": "/etc/stoker/api-key/apiKey",
}


def faults(**told: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        PodSettings.from_env(LEAST | told)
    return str(caught.value).splitlines()


def test_what_is_not_told_has_its_default() -> None:
    settings = PodSettings.from_env(LEAST)
    assert (settings.gateway_name, settings.profile) == ("gw-0", "default")
    assert (settings.data, settings.repo) == (Path("/ignition-data"), Path("/repo"))
    assert (settings.gateway_port, settings.gateway_tls, settings.sync_period) == (8088, False, 30.0)
    assert settings.git_token_file is settings.git_ssh_key_file is settings.git_known_hosts_file is None


def test_everything_that_the_webhook_writes_is_taken() -> None:
    told = {
        "CR_NAMESPACE": "plant",
        "GATEWAY_NAME": "press",
        "PROFILE": "line-2",
        "REPO_PATH": "/repo",
        "DATA_PATH": "/usr/local/bin/ignition/data",
        "GATEWAY_PORT": "8043",
        "GATEWAY_TLS": "true",
        "SYNC_PERIOD": "60",
        "GIT_TOKEN_FILE": "/etc/stoker/git-token/token",
        "GIT_SSH_KEY_FILE": "/etc/stoker/git-credentials/key",
        "GIT_KNOWN_HOSTS_FILE": "/etc/stoker/known-hosts/known_hosts",
        "LOG_LEVEL": "debug",
    }
    settings = PodSettings.from_env(LEAST | told)
    assert (settings.gateway_name, settings.profile, str(settings.data)) == ("press", "line-2", told["DATA_PATH"])
    assert (settings.gateway_port, settings.gateway_tls, settings.sync_period) == (8043, True, 60.0)
    assert str(settings.git_token_file) == told["GIT_TOKEN_FILE"]
    assert str(settings.git_ssh_key_file) == told["GIT_SSH_KEY_FILE"]
    assert str(settings.git_known_hosts_file) == told["GIT_KNOWN_HOSTS_FILE"]
    assert settings.logs.level == "debug"


def test_the_agent_itself_is_made_of_it() -> None:
    setup = setup_of(PodSettings.from_env(LEAST | {"GATEWAY_PORT": "8043", "GATEWAY_TLS": "true", "SYNC_PERIOD": "60"}))
    assert (setup.namespace, setup.pod_name, setup.pod_uid, setup.cr_name) == ("plant", "gw-0", "0f7c", "line")
    assert (setup.gateway_url, setup.sync_period) == ("https://localhost:8043", 60.0)


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ({}, "https://localhost:8043"),
        ({"gatewayPort": "9043"}, "https://localhost:9043"),
        ({"gatewayPort": "9088", "gatewayTLS": "false"}, "http://localhost:9088"),
    ],
)
def test_the_gateway_is_where_the_pod_says_until_the_resource_says_more(said: dict[str, str], url: str) -> None:
    setup = setup_of(PodSettings.from_env(LEAST | {"GATEWAY_PORT": "8043", "GATEWAY_TLS": "true"}))
    assert setup.locate is not None
    assert setup.locate(Metadata.from_data(said)) == url


def test_where_nothing_is_told_its_ports_are_the_pod_s() -> None:
    assert parse_options([], {}) == Options(probes=everywhere(8082), metrics=everywhere(8083))


def test_a_pod_that_an_older_release_injected_has_all_that_is_needed() -> None:
    settings = PodSettings.from_env(LEAST | {"POD_UID": "", "GATEWAY_NAME": "", "PROFILE": "", "CR_NAMESPACE": "plant"})
    assert (settings.pod_uid, settings.gateway_name, settings.profile) == ("", "gw-0", "default")


@pytest.mark.parametrize("variable", sorted(LEAST.keys() - {"POD_UID"}))
def test_what_is_missing_is_named_with_the_remedy(variable: str) -> None:
    (fault,) = faults(**{variable: " "})
    assert fault.startswith(f"{variable} is not set: the webhook sets it")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"POD_NAME": "gw/0"}, "POD_NAME is 'gw/0': it must be the name of a Kubernetes object"),
        ({"CR_NAME": "Line"}, "CR_NAME is 'Line': it must be the name"),
        ({"CR_NAMESPACE": "other"}, "CR_NAMESPACE is 'other' and POD_NAMESPACE 'plant'"),
        ({"DATA_PATH": "data"}, "DATA_PATH is 'data': it must be an absolute path"),
        ({"API_KEY_FILE": "key"}, "API_KEY_FILE is 'key': it must be an absolute path"),
        ({"GATEWAY_PORT": "0"}, "GATEWAY_PORT is '0': use a whole number from 1 to 65535"),
        ({"GATEWAY_PORT": "http"}, "GATEWAY_PORT is 'http': use a whole number"),
        ({"SYNC_PERIOD": "4"}, "SYNC_PERIOD is '4': use a whole number from 5 to 3600"),
        ({"GATEWAY_TLS": "maybe"}, "GATEWAY_TLS is 'maybe': use true or false"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud': use one of debug"),
    ],
)
def test_what_is_wrong_is_named_with_the_remedy(told: dict[str, str], said: str) -> None:
    (fault,) = faults(**told)
    assert fault.startswith(said)


def agent(*arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
    env: dict[str, Any] = {"PATH": os.environ["PATH"], **told}
    command = [sys.executable, "-m", "stoker", "agent", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=env)


def test_the_process_names_every_fault_and_ends_with_2() -> None:
    answer = agent(**LEAST | {"CR_NAME": "", "GATEWAY_PORT": "x", "LOG_LEVEL": "loud"})
    assert (answer.returncode, answer.stdout) == (2, "")
    said = [line.split(" is ")[0] for line in answer.stderr.splitlines()]
    assert said == ["stoker: CR_NAME", "stoker: GATEWAY_PORT", "stoker: LOG_LEVEL"]


def test_without_an_api_server_it_says_where_one_is_looked_for() -> None:
    answer = agent("--probes", "127.0.0.1:0", "--metrics", "127.0.0.1:0", **LEAST)
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    assert "no API server is named: set KUBECONFIG" in answer.stderr


@pytest.mark.parametrize(("variable", "flag"), [("PROBES_ADDRESS", "probes"), ("METRICS_ADDRESS", "metrics")])
def test_an_address_may_be_told_by_either_and_is_judged(variable: str, flag: str) -> None:
    by_variable = agent(**LEAST, **{variable: "80"})
    by_flag = agent(f"--{flag}", "80", **LEAST)
    assert (by_variable.returncode, by_flag.returncode) == (2, 2)
    assert by_variable.stderr.startswith(f"stoker agent: {variable}: '80' must be HOST:PORT")
    assert by_flag.stderr.startswith(f"stoker agent: argument --{flag}: '80' must be HOST:PORT")
