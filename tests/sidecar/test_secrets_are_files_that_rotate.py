"""Mounted Secrets: read at each use, trimmed, and named by their file when they cannot be had; their content never is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from stoker.errors import CredentialsInvalid
from stoker.observe.redact import redact
from stoker.sidecar.environment import PodSettings
from stoker.sidecar.secrets import MountedSecrets
from tests.fakes.sshd import key_pair
from tests.sidecar.test_the_environment_is_judged_at_once import LEAST

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> PodSettings:
    """Every credential is mounted and holds nothing yet."""
    made = PodSettings.from_env(LEAST)
    return replace(made, api_key_file=tmp_path / "key", git_token_file=tmp_path / "token")


async def test_each_use_reads_anew(settings: PodSettings) -> None:
    secrets = MountedSecrets(settings)
    for value in ("first-token", "second-token"):
        assert settings.git_token_file is not None
        settings.git_token_file.write_text(f"{value}\n")
        assert (await secrets.git_credentials("token")).pair == ("x-access-token", value)
        assert (await secrets.git_credentials("githubApp")).pair == ("x-access-token", value)


async def test_what_was_read_is_masked_in_logs(settings: PodSettings) -> None:
    settings.api_key_file.write_text("stoker:plain-and-simple\n")
    assert (await MountedSecrets(settings).api_key()).strip() == "stoker:plain-and-simple"
    assert "plain-and-simple" not in redact("it said plain-and-simple")


async def test_a_repository_that_anyone_may_read_needs_no_file(settings: PodSettings) -> None:
    assert (await MountedSecrets(settings).git_credentials("none")).pair is None


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("  \n", "is empty"), (b"\xff\xfe", "no text")])
async def test_a_file_that_cannot_be_used_is_named(
    settings: PodSettings, content: str | bytes | None, said: str
) -> None:
    if content is not None:
        settings.api_key_file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CredentialsInvalid, match=said) as caught:
        await MountedSecrets(settings).api_key()
    assert str(settings.api_key_file) in str(caught.value)


async def test_a_pod_made_while_the_resource_said_otherwise_is_to_be_recreated(settings: PodSettings) -> None:
    with pytest.raises(CredentialsInvalid, match=r"reached by token.*GIT_TOKEN_FILE is not set.*recreate the pod"):
        await MountedSecrets(replace(settings, git_token_file=None)).git_credentials("token")


async def test_an_ssh_key_comes_with_the_hosts_that_are_mounted_beside_it(
    settings: PodSettings, tmp_path: Path
) -> None:
    pair = key_pair(tmp_path)
    (tmp_path / "ssh").write_text(pair.private)
    given = replace(settings, git_ssh_key_file=tmp_path / "ssh")
    anyone = (await MountedSecrets(given).git_credentials("ssh")).ssh
    assert anyone is not None
    assert anyone.known_hosts is None
    hosts = tmp_path / "known_hosts"
    hosts.write_text(f"git.example {pair.public}")
    known = (await MountedSecrets(replace(given, git_known_hosts_file=hosts)).git_credentials("ssh")).ssh
    assert known is not None
    assert known.known_hosts is not None
    assert redact(hosts.read_text()) == hosts.read_text(), "whom to trust is no secret"


async def test_an_ssh_key_that_is_not_mounted_is_named_by_its_variable(settings: PodSettings) -> None:
    with pytest.raises(CredentialsInvalid, match=r"reached by ssh.*GIT_SSH_KEY_FILE is not set"):
        await MountedSecrets(settings).git_credentials("ssh")
