"""A pod that has no service account's token: the agent says so, and lives on for its start gate's sake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stoker.errors import CredentialsInvalid, SettingsInvalid
from stoker.kube.cluster import CONFIGMAPS
from stoker.kube.config import in_cluster
from stoker.observe.logs import get_logger
from stoker.sidecar.cluster import Refusing, found

if TYPE_CHECKING:
    from pathlib import Path

POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}


async def test_every_call_is_refused_with_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert not in_cluster.FOLDER.exists(), "these tests run outside of a cluster"
    async with found(POD, get_logger("agent")) as cluster:
        for _ in range(2):
            with pytest.raises(CredentialsInvalid, match="automountServiceAccountToken"):
                await cluster.get(CONFIGMAPS, "plant", "stoker-metadata-line")
        with pytest.raises(CredentialsInvalid):
            await cluster.list(CONFIGMAPS, "plant", name="stoker-metadata-line")
    assert capsys.readouterr().out.count("no_service_account") == 1


async def test_a_kubeconfig_that_cannot_be_used_ends_the_process(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="correct KUBECONFIG"):
        async with found(POD | {"KUBECONFIG": str(tmp_path / "none")}, get_logger("agent")):
            pass


async def test_nor_does_it_live_on_with_a_kubeconfig_that_gives_no_credential(tmp_path: Path) -> None:
    named = {"apiVersion": "client.authentication.k8s.io/v1", "command": "true", "interactiveMode": "Never"}
    config = {
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        "clusters": [{"name": "here", "cluster": {"server": "https://127.0.0.1:6443"}}],
        "users": [{"name": "me", "user": {"exec": named}}],
    }
    (tmp_path / "config").write_text(json.dumps(config))
    with pytest.raises(CredentialsInvalid, match="run it by hand"):
        async with found(POD | {"KUBECONFIG": str(tmp_path / "config")}, get_logger("agent")):
            pass


async def test_a_refusal_is_another_error_each_time_or_its_traceback_would_grow_for_ever() -> None:
    refused, cluster = [], Refusing(CredentialsInvalid("no token"))
    for _ in range(2):
        with pytest.raises(CredentialsInvalid) as caught:
            await cluster.get(CONFIGMAPS, "plant", "x")
        refused.append(caught.value)
    assert refused[0] is not refused[1]
