"""An agent behind a company's proxy, with its own authority: the variables of its process are heeded, for git alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.company import TOKEN, Company, company
from tests.sidecar.site import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sidecar.site import Pod, Site


@pytest.fixture
def around(site: Site) -> Iterator[Company]:
    """The company, in which the site's repository is."""
    with company(site.root / "company", site.root / "srv") as made:
        yield made


async def started(site: Site, around: Company, **instead: str) -> Pod:
    """A pod with the token and the company's variables, but for those that are told otherwise."""
    (site.root / "token").write_text(TOKEN)
    pod = await site.pod(GIT_TOKEN_FILE=str(site.root / "token"))
    site.open(git_url=around.url(around.inside, "plant.git"), auth_type="token")
    await pod.start(**around.environment | instead)
    return pod


async def test_it_fetches_through_the_proxy_and_reaches_api_server_and_gateway_without(
    site: Site, around: Company
) -> None:
    pod = await started(site, around)
    await site.synced(site.first)
    assert pod.gateway.scans == ["projects", "config"]
    assert any((pod.root / "repo").iterdir()), "the store is where REPO_PATH says"
    assert {(method, target.partition(":")[0]) for method, target in around.between.asked} == {
        ("CONNECT", "git.plant.invalid")
    }
    asked = len(around.between.asked)
    commit = site.push({"projects/line1/a.txt": "two\n"}, git_url=around.url(around.near, "plant.git"))
    await site.synced(commit)
    assert len(around.between.asked) == asked, "NO_PROXY names the other server"


async def test_without_the_authority_the_server_is_not_trusted_and_never_shown_the_token(
    site: Site, around: Company
) -> None:
    await started(site, around, SSL_CERT_FILE="")
    await eventually(lambda: "name it by SSL_CERT_FILE" in site.report().get("errorMessage", ""))
    assert around.inside.requests == []
