"""A manager behind a company's proxy, with its own authority: the variables of its process are heeded by look-ups only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.company import TOKEN, Company, company

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes.gitservers import HttpServer
    from tests.manager.conftest import Start
    from tests.manager.site import Site


@pytest.fixture
def around(place: Site, tmp_path: Path) -> Iterator[Company]:
    """The company, in which the site's repository is."""
    with company(tmp_path / "company", place.origin.path.parent) as made:
        yield made


def followed(place: Site, around: Company, server: HttpServer, name: str) -> None:
    """A resource of that server's."""
    place.secret("git", token=TOKEN)
    auth = {"token": {"secretRef": {"name": "git", "key": "token"}}}
    place.resource(name, git={"repo": around.url(server, place.origin.path.name), "ref": "main", "auth": auth})


def test_it_looks_up_through_the_proxy_and_reaches_the_api_server_without(
    start: Start, place: Site, around: Company
) -> None:
    start(**around.environment).ready()
    followed(place, around, around.inside, "inside")
    place.resolved("inside")
    assert {(method, target.partition(":")[0]) for method, target in around.between.asked} == {
        ("CONNECT", "git.plant.invalid")
    }
    asked = len(around.between.asked)
    followed(place, around, around.near, "near")
    place.resolved("near")
    assert len(around.between.asked) == asked, "NO_PROXY names the other server"


def test_without_the_authority_the_server_is_not_trusted_and_never_shown_the_token(
    start: Start, place: Site, around: Company
) -> None:
    start(**around.environment | {"SSL_CERT_FILE": ""}).ready()
    followed(place, around, around.inside, "inside")
    place.until(lambda: "name it by SSL_CERT_FILE" in place.words("RefResolved", "inside")[2], "told")
    assert around.inside.requests == []
