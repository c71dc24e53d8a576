"""What is written into the container is what the agent reads: the same values come out of its own settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from stoker.api import names, pods
from stoker.api.objects import Pod
from stoker.api.spec import Agent, Gateway, GatewayApi
from stoker.sidecar.environment import PodSettings
from tests.admission.pods import NAMESPACE, Json, admitted, env, injected, mount, pod, resource, told, volume
from tests.api.samples import APP, SECRET

DOLLARS = "$(POD_UID) costs $$5 $x"


def read(body: Json) -> PodSettings:
    return PodSettings.from_env(told(body))


def with_auth(**auth: Any) -> Json:
    git = {"repo": "https://git.example/plant.git", "ref": "main", "auth": auth}
    return injected(pod(), resource(git=git))


def test_pod_resource_gateway_and_profile() -> None:
    seen = read(injected(pod(annotations={names.PROFILE: "default", names.GATEWAY_NAME: "north"})))
    assert (seen.namespace, seen.pod_name, seen.pod_uid) == (NAMESPACE, "gw-0", "0815")
    assert (seen.cr_name, seen.gateway_name, seen.profile) == ("plant", "north", "default")


def test_folders_port_and_period() -> None:
    gateway = {"port": 8043, "tls": True, "api": {"secretName": "s"}}
    seen = read(injected(pod(), resource(gateway=gateway)))
    assert (seen.repo, seen.data) == (Path("/repo"), Path("/usr/local/bin/ignition/data"))
    assert (seen.gateway_port, seen.gateway_tls, seen.sync_period) == (8043, True, 30.0)


def test_what_the_spec_leaves_out_is_its_default() -> None:
    least = resource(gateway={"api": {"secretName": "s"}})
    seen = read(injected(pod(), least))
    default = Gateway(api=GatewayApi(secret_name="s"))
    assert (seen.gateway_port, seen.gateway_tls) == (default.port, default.tls)
    assert seen.api_key_file.name == default.api.secret_key
    assert injected(pod(), least)["spec"]["initContainers"][0]["imagePullPolicy"] == Agent().image.pull_policy


def test_a_name_that_is_still_to_be_made_is_the_pod_s_own_field() -> None:
    body = pod()
    body["metadata"] = {"generateName": "gw-", "annotations": body["metadata"]["annotations"]}
    seen = injected(body)
    assert env(seen)["GATEWAY_NAME"] == {"apiVersion": "v1", "fieldPath": "metadata.name"}
    assert read(seen).gateway_name == "gw-made-0"


@pytest.mark.parametrize(
    ("annotations", "labels"),
    [
        ({names.GATEWAY_NAME: " north "}, {names.APP_NAME_LABEL: "ignition"}),
        ({names.GATEWAY_NAME: " "}, {names.APP_NAME_LABEL: "ignition"}),
        ({}, {names.APP_NAME_LABEL: "ignition"}),
        ({}, {names.APP_NAME_LABEL: ""}),
        ({names.GATEWAY_NAME: DOLLARS}, {}),
    ],
)
def test_the_gateway_s_name_is_the_one_that_the_status_shows(annotations: Json, labels: Json) -> None:
    body = injected(pod(annotations=annotations, labels=labels))
    assert read(body).gateway_name == pods.gateway_name(msgspec.convert(body, Pod))


def test_a_dollar_is_a_dollar() -> None:
    body = pod(annotations={names.PROFILE: DOLLARS})
    sync = {"profiles": {DOLLARS: {"mappings": [{"source": "a", "destination": "b"}]}}}
    assert read(injected(body, resource(sync=sync))).profile == DOLLARS


@pytest.mark.parametrize(
    ("auth", "setting", "path", "secret"),
    [
        ({"token": {"secretRef": SECRET}}, "git_token_file", "/etc/stoker/git-credentials/k", "s"),
        ({"sshKey": {"secretRef": SECRET}}, "git_ssh_key_file", "/etc/stoker/git-credentials/k", "s"),
        ({"githubApp": APP}, "git_token_file", "/etc/stoker/git-token/token", "stoker-github-token-plant"),
    ],
)
def test_a_credential_is_a_file_of_its_secret(auth: Json, setting: str, path: str, secret: str) -> None:
    body = with_auth(**auth)
    assert getattr(read(body), setting) == Path(path)
    folder, _, key = path.rpartition("/")
    assert mount(body, folder)["readOnly"] is True
    found = volume(body, folder)["secret"]
    assert (found["secretName"], found["items"], found["defaultMode"]) == (secret, [{"key": key, "path": key}], 0o444)


def test_known_hosts_are_a_file_of_their_own() -> None:
    hosts = {"secretRef": {"name": "hosts", "key": "known_hosts"}}
    body = with_auth(sshKey={"secretRef": SECRET, "knownHosts": hosts})
    assert read(body).git_known_hosts_file == Path("/etc/stoker/known-hosts/known_hosts")
    assert volume(body, "/etc/stoker/known-hosts")["secret"]["secretName"] == "hosts"


def test_without_auth_there_is_no_credential() -> None:
    seen = read(injected(pod()))
    assert (seen.git_token_file, seen.git_ssh_key_file, seen.git_known_hosts_file) == (None, None, None)


@pytest.mark.parametrize("key", ["../../var/run/token", "a/b", "..", "..data", ".", "", "k" * 254, "a b"])
def test_a_key_that_no_secret_can_have_leads_nowhere(key: str) -> None:
    gateway = {"api": {"secretName": "s", "secretKey": key}}
    body = injected(pod(), resource(gateway=gateway))
    assert read(body).api_key_file == Path("/etc/stoker/api-key/-")
    assert volume(body, "/etc/stoker/api-key")["secret"]["items"] == [{"key": "-", "path": "-"}]


@pytest.mark.parametrize("gateway", [{}, {"api": {}}, {"port": 0}, {"port": 70000}, None])
def test_a_resource_that_breaks_the_rules_still_gives_an_agent_that_starts(gateway: Any) -> None:
    seen = injected(pod(), resource(gateway=gateway))
    assert read(seen).gateway_port == 8088
    assert [one["name"] for one in seen["spec"]["volumes"]] == ["data", "sync-repo", "git-tmp"]


def test_fields_of_a_newer_release_are_no_reason_to_refuse() -> None:
    spec: Json = {"gateway": {"api": {"secretName": "s", "new": 1}, "new": 2}, "agent": {"new": 3, "image": {"new": 4}}}
    assert admitted(pod(), resource(**spec)).patch
