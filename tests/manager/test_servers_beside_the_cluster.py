"""Git servers and a GitHub API beside a real API server: apps' tokens for agents, five that hang and the fleet that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.gitservers import silent_server
from tests.manager.app import SECRET, token, with_app

if TYPE_CHECKING:
    from tests.fakes.github import GitHub
    from tests.fakes.gitservers import HttpServer
    from tests.manager.process import Manager
    from tests.manager.site import Site


def test_an_app_s_token_looks_up_and_is_what_agents_mount(site: Site, api: GitHub, served: HttpServer) -> None:
    with_app(site, api, served)
    site.until(lambda: site.words("RefResolved")[0] == "True", "resolved with the token")
    assert token(site) == api.tokens[0]
    found: Any = site.find("secrets", SECRET)
    assert found["metadata"]["annotations"]["stoker.io/secret-type"] == "github-app-token"
    assert site.metadata()["authType"] == "githubApp"
    site.admin.delete(site.path("gatewaysyncs", "plant"))
    site.gone()
    assert site.find("secrets", SECRET) is None


@pytest.mark.parametrize("status", [401, 404, 500])
def test_what_the_api_refuses_is_a_condition_and_an_event(
    site: Site, api: GitHub, served: HttpServer, status: int, manager: Manager
) -> None:
    api.answer = (status, {"Content-Type": "application/json"}, b'{"message": "no"}')
    with_app(site, api, served)
    site.until(lambda: site.words("RefResolved")[1] == "GitHubAppExchangeFailed", "told")
    site.until(lambda: site.events("GitHubAppExchangeFailed"), "the event")
    assert token(site) == ""
    api.answer = None
    site.annotate(requested_at="try-again")
    site.until(lambda: site.words("RefResolved")[0] == "True", "mended")
    assert "PRIVATE KEY" not in manager.log.read_text()
    assert api.tokens[0] not in manager.log.read_text()


def test_servers_that_hang_stop_nobody_else(site: Site, api: GitHub, served: HttpServer) -> None:
    api.hang = True
    with silent_server() as port:
        for number in range(8):
            hung = {"repo": f"http://127.0.0.1:{port}/{number}.git", "ref": "main"}
            site.resource(f"hung-{number}", git=hung)
        with_app(site, api, served)
        site.resource("well")
        site.resolved("well")
        assert site.status("hung-0").get("refResolutionStatus") == "Resolving"
        assert site.status("plant").get("refResolutionStatus") == "Resolving"
