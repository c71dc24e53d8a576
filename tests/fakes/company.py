"""A company's network around a git server: https by a name that only the proxy knows, signed by an authority of their own."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.fakes.authority import Authority
from tests.fakes.githttp import Behaviour
from tests.fakes.gitservers import HttpServer, http_backend
from tests.fakes.proxies import Proxy, proxy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "git.plant.invalid"
TOKEN: Final = "ghp_0000company0000token"


@dataclass(frozen=True)
class Company:
    """``inside`` is reached through ``between`` only; ``near``, of the same repositories, by ``localhost``. Both want TOKEN."""

    authority: Authority
    between: Proxy
    inside: HttpServer
    near: HttpServer

    @property
    def environment(self) -> dict[str, str]:
        """What an administrator sets for a process there."""
        return {
            "HTTPS_PROXY": self.between.url,
            "NO_PROXY": "localhost,.svc",
            "SSL_CERT_FILE": str(self.authority.pem),
        }

    def url(self, server: HttpServer, repository: str) -> str:
        """Of one of the two, by its name."""
        name = NAME if server is self.inside else "localhost"
        return f"{server.url.replace('127.0.0.1', name)}/{repository}"


@contextlib.contextmanager
def company(folder: Path, repositories: Path) -> Iterator[Company]:
    """``folder`` is for the authority's files; serves what is below ``repositories``."""
    folder.mkdir()
    authority = Authority(folder)
    with (
        proxy() as between,
        http_backend(repositories, Behaviour(token=TOKEN), tls=authority.server(NAME)) as inside,
        http_backend(repositories, Behaviour(token=TOKEN), tls=authority.server("localhost")) as near,
    ):
        yield Company(authority, between, inside, near)
