"""Secrets rotate under a running agent, and nothing that it writes, says or is started with holds one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trio

from stoker.api import names
from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import HttpServer, http_backend
from tests.sidecar.site import CR, KEY, eventually, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sidecar.site import Pod, Site

FIRST, SECOND, NEW_KEY = "ghp_0000first0000token", "ghp_1111second1111token", "stoker:an0ther-k3y"


@pytest.fixture
def server(site: Site) -> Iterator[HttpServer]:
    """The repository behind https as far as a token goes."""
    with http_backend(site.root / "srv", Behaviour(token=FIRST)) as running:
        yield running


async def with_token(site: Site, server: HttpServer, auth_type: str = "token") -> Pod:
    """A pod whose token is mounted, synced once by it; that of a GitHub App is mounted likewise."""
    token = site.root / "token"
    token.write_text(FIRST)
    pod = await site.pod(GIT_TOKEN_FILE=str(token))
    site.open(git_url=f"{server.url}/plant.git", auth_type=auth_type)
    await pod.start()
    await site.synced(site.first)
    return pod


@pytest.mark.parametrize("auth_type", ["token", "githubApp"])
async def test_a_new_token_and_a_new_key_are_used_at_once(site: Site, server: HttpServer, auth_type: str) -> None:
    pod = await with_token(site, server, auth_type)
    server.behaviour.token = SECOND
    (site.root / "token").write_text(f"{SECOND}\n")
    pod.gateway.key = NEW_KEY
    (pod.root / "key").write_text(f"{NEW_KEY}\n")
    await site.synced(site.push({"projects/line1/a.txt": "two\n"}))


async def test_a_token_that_is_refused_is_an_error_until_it_is_renewed(site: Site, server: HttpServer) -> None:
    await with_token(site, server)
    server.behaviour.token = SECOND
    commit = site.push({"projects/line1/a.txt": "two\n"})
    await eventually(lambda: "refused" in site.report().get("errorMessage", ""))
    (site.root / "token").write_text(SECOND)
    site.want(requested_at="2026-01-01T00:00:00Z")
    await site.synced(commit)


async def test_none_is_seen_anywhere(site: Site, server: HttpServer) -> None:
    pod = await with_token(site, server)
    (child,) = pod.children
    pod.gateway.key = "stoker:something-else"
    server.behaviour.token = SECOND
    commit = site.push({"projects/line1/a.txt": "two\n"})
    await said(child, "sync_failed", commit=commit)
    await eventually(lambda: site.report()["syncStatus"] == "Error" and bool(site.events()))
    process = Path(f"/proc/{child.process.pid}")
    said_or_written = "".join(
        [
            pod.log(),
            process.joinpath("cmdline").read_text(),
            process.joinpath("environ").read_text(),
            *(json.dumps(site.keys(name)) for name in (names.status_configmap(CR), names.changes_configmap(CR))),
            json.dumps(site.events()),
            *(path.read_text(errors="replace") for path in (pod.root / "repo").rglob("config")),
            *(path.read_text(errors="replace") for path in (pod.data / ".stoker").rglob("*") if path.is_file()),
        ]
    )
    await trio.lowlevel.checkpoint()
    assert [secret for secret in (FIRST, KEY, KEY.partition(":")[2], site.token) if secret in said_or_written] == []
