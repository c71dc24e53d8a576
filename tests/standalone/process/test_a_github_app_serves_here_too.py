"""A GitHub App in one process: its key becomes the token that look-ups and fetches show, and neither reaches a log or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.githttp import Behaviour
from tests.fakes.github import APP, INSTALLATION, GitHub, github
from tests.fakes.gitservers import HttpServer, http_backend
from tests.standalone.process.conftest import Plant, ended, resource, said

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = f"ghs_{0:036d}"
"""The first that the fake gives."""


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """GitHub's API."""
    with github() as served:
        yield served


@pytest.fixture
def http(plant: Plant) -> Iterator[HttpServer]:
    """GitHub's repositories, for who shows the token."""
    with http_backend(plant.origin.path.parent, Behaviour(token=TOKEN)) as served:
        yield served


def by_app(http: HttpServer, hub: GitHub, *, app: int = APP) -> Any:
    wanted = resource(f"{http.url}/plant.git")
    wanted["spec"]["git"]["auth"] = {
        "githubApp": {
            "appId": app,
            "installationId": INSTALLATION,
            "privateKeySecretRef": {"name": "app", "key": "pem"},
            "apiBaseURL": hub.url,
        }
    }
    return wanted


def secret(hub: GitHub) -> Any:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "app"}, "stringData": {"pem": hub.pem}}


async def test_a_gateway_is_synced_with_the_apps_token(plant: Plant, http: HttpServer, hub: GitHub) -> None:
    data = await plant.gateway()
    plant.write(secret(hub), by_app(http, hub))
    child = await plant.start()
    await said(child, "sync_completed", gateway="gw", commit=plant.first)
    assert (data / "projects/Line/a.txt").read_text() == "one\n"
    assert len(hub.tokens) == 1
    child.process.terminate()
    assert await ended(child) == 0
    secrets = [TOKEN.encode(), *(line.encode() for line in hub.pem.splitlines()[1:-1])]
    files = [path for path in (*plant.state.rglob("*"), *plant.root.glob("*.log")) if path.is_file()]
    assert files
    assert [path for path in files if any(one in path.read_bytes() for one in secrets)] == []


async def test_an_app_that_github_does_not_know_is_a_condition(plant: Plant, http: HttpServer, hub: GitHub) -> None:
    await plant.gateway()
    plant.write(secret(hub), by_app(http, hub, app=1))
    child = await plant.start()
    told = await said(child, "condition_changed", type="RefResolved", status="False")
    assert told.fields["reason"] == "GitHubAppExchangeFailed"
    assert "check appId" in told.fields["message"]
