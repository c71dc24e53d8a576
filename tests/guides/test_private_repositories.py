"""docs/guides/private-repositories.md against real servers that want what it says they want."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.githttp import Behaviour
from tests.fakes.github import github
from tests.fakes.gitservers import http_backend
from tests.fakes.sshd import KeyPair, sshd

if TYPE_CHECKING:
    from pathlib import Path

    from tests.guides.conftest import NewReader
    from tests.manager.site import Site

TOKEN = "glpat-0815-of-the-guide"


def resolved(site: Site, how: str) -> None:
    """What the guide's own `kubectl wait` waited for, and by that method."""
    assert site.words("RefResolved", "plant")[2] == site.commit
    assert site.metadata("plant")["authType"] == how


def test_a_token_an_ssh_key_and_an_app(site: Site, reader: NewReader, desk: Path, tmp_path: Path) -> None:
    repositories, name = site.origin.path.parent, site.origin.path.name
    (tmp_path / "sshd").mkdir()
    with (
        http_backend(repositories, Behaviour(token=TOKEN)) as by_token,
        sshd(tmp_path / "sshd", []) as ssh,
        github() as hub,
        http_backend(repositories, Behaviour(token=f"ghs_{0:036d}")) as by_app,
    ):
        (desk / "app-private-key.pem").write_text(hub.pem)
        stand_ins = {
            "https://git.example.com/plant/ignition.git": f"{by_token.url}/{name}",
            "replace-with-the-token": TOKEN,
            "-p 22 git.example.com": f"-p {ssh.port} 127.0.0.1",
            "ssh://git@git.example.com/plant/ignition.git": ssh.url(site.origin.path),
            "https://github.com/example/ignition.git": f"{by_app.url}/{name}",
            "https://api.github.com": hub.url,
        }
        guide = reader("private-repositories", stand_ins=stand_ins)

        def let_in(text: str) -> None:
            if "apply -f ssh.yaml" in text:
                ssh.authorize(KeyPair("", " ".join((desk / "deploy-key.pub").read_text().split()[:2])))

        guide.section("The gateway's API key")
        guide.section("An access token")
        resolved(site, "token")
        guide.section("An ssh key", before=let_in)
        resolved(site, "ssh")
        guide.section("A GitHub App")
        resolved(site, "githubApp")
        guide.done()
