"""A resource of a site that authenticates by a GitHub App, and the token that its agents find."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.github import APP, INSTALLATION

if TYPE_CHECKING:
    from tests.fakes.github import GitHub
    from tests.fakes.gitservers import HttpServer
    from tests.manager.site import Site

SECRET: Final = "stoker-github-token-plant"


def with_app(site: Site, api: GitHub, served: HttpServer, pem: str = "", **changes: Any) -> None:
    """Makes the resource; ``changes`` are keys of the spec."""
    site.secret("app", pem=pem or api.pem)
    key = {"name": "app", "key": "pem"}
    app = {"appId": APP, "installationId": INSTALLATION, "privateKeySecretRef": key, "apiBaseURL": api.url}
    git = {"repo": f"{served.url}/plant.git", "ref": "main", "auth": {"githubApp": app}}
    site.resource(git=git, **changes)


def token(site: Site) -> str:
    """What agents mount, empty when there is none."""
    found = site.find("secrets", SECRET)
    return base64.b64decode(found["data"]["token"]).decode() if found else ""
