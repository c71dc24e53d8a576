"""Secrets that are deleted while their resource lives: told with the remedy, all else goes on, and their return mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import http_backend

if TYPE_CHECKING:
    from tests.manager.site import Site


def test_an_api_key_that_is_removed_is_told_and_the_other_steps_go_on(site: Site) -> None:
    site.resource()
    site.pod("gw-0")
    site.report("gw-0")
    site.until(lambda: site.words("Ready")[0] == "True", "ready")
    site.admin.delete(site.path("secrets", "api-key"))
    site.edit({"spec": {"gateway": {"port": 8043}}})
    lacking = (
        f"gateway API key secret \"api-key\" not found; create Secret {site.namespace}/api-key with the key 'apiKey'"
    )
    site.until(lambda: site.words("Ready") == ("False", "Reconciling", lacking), "told")
    assert site.words("RefResolved")[:2] == ("True", "RefResolved")
    site.until(lambda: site.metadata()["gatewayPort"] == "8043", "agents are told of the edit all the same")
    assert site.gateways()["gw-0"]["syncStatus"] == "Synced"
    site.secret()
    site.annotate(requested_at="it-is-back")
    site.until(lambda: site.words("Ready")[0] == "True", "ready again")


def test_a_git_token_that_is_removed_keeps_the_last_commit(site: Site) -> None:
    site.secret("git", token="ghp_0000first0000token")
    with http_backend(site.origin.path.parent, Behaviour(token="ghp_0000first0000token")) as server:
        auth = {"token": {"secretRef": {"name": "git", "key": "token"}}}
        site.resource(git={"repo": f"{server.url}/{site.origin.path.name}", "ref": "main", "auth": auth})
        site.resolved()
        site.admin.delete(site.path("secrets", "git"))
        site.annotate(pushed_at="2026-01-01T00:00:00.5Z")
        site.until(lambda: 'secret "git" not found' in site.words("RefResolved")[2], "told")
        assert (site.words("RefResolved")[1], site.metadata()["commit"]) == ("RefResolutionFailed", site.commit)
        site.secret("git", token="ghp_0000first0000token")
        site.annotate(pushed_at="2026-01-01T00:00:01.5Z")
        site.until(lambda: site.words("RefResolved")[0] == "True", "resolved again")
