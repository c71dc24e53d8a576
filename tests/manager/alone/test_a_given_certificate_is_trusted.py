"""A certificate of the user's own, with the chart's rights for it: the leader tells the API server whom to trust, and pods come.

Nobody else writes a caBundle here: a pod that has its agent was sent over a connection that the API server trusted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from stoker.admission.certificates import pairs
from tests.cluster import accounts
from tests.cluster.chart import RELEASE
from tests.manager.hook import CONFIGURATIONS, Hook
from tests.manager.process import Manager, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Site

CONFIGURATION = f"{RELEASE}-pod-injection"


def give(folder: Path) -> None:
    """A certificate of another authority than before, as a mount of the Secret is changed: all of it at once."""
    now = datetime.now(UTC)
    authority = pairs.make_authority(now)
    served = pairs.issue(authority, ("localhost",), now)
    version = folder / f"version-{len(list(folder.iterdir()))}"
    version.mkdir()
    for name, content in (("ca.crt", authority.certificate), ("tls.crt", served.certificate), ("tls.key", served.key)):
        (version / name).write_bytes(content)
    (folder / "new").symlink_to(version)
    (folder / "new").rename(folder / "now")


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """The folder of the Secret."""
    folder = tmp_path / "given"
    folder.mkdir()
    give(folder)
    return folder


@pytest.fixture
def hook(plane: Plane, place: Site, tmp_path: Path, given: Path) -> Iterator[Hook]:
    """A configuration that trusts nobody, and a manager with the certificate."""
    home = f"given-{place.namespace}"
    token = accounts.manager_token(plane, home=home, watched=[place.namespace])
    values = {"enabled": True, "certificate": {"secretName": "given"}}
    plane.admin.apply(*accounts.rights(home, [place.namespace], webhook=values))
    config = plane.write_kubeconfig(home, {"token": token}, namespace=home)
    words = ["--watch-namespaces", place.namespace, "--webhook", "127.0.0.1:0", "--default-agent-image", "stoker:1"]
    words += ["--webhook-cert-dir", str(given / "now"), "--webhook-configuration", CONFIGURATION]
    manager = Manager(tmp_path / "managers", config, words)
    made = Hook(place)
    made.name = CONFIGURATION
    try:
        place.resource()
        yield made.point(manager.ready())
    finally:
        manager.close()
        plane.admin.delete(f"{CONFIGURATIONS}/{CONFIGURATION}")


def test_pods_get_their_agent_and_go_on_to_when_it_is_replaced(hook: Hook, given: Path) -> None:
    def told() -> str:
        (one,) = hook.site.admin.get(f"{CONFIGURATIONS}/{CONFIGURATION}")["webhooks"]
        return str(one["clientConfig"].get("caBundle", ""))

    hook.works()
    before = told()
    give(given)
    until(lambda: told() != before, "the API server is told of the other authority")
    hook.works()
