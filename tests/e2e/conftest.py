"""One cluster for all scenes; the one plant that most of them happen in; and what can only come first or last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.e2e import plant
from tests.e2e.cluster import HOME, Cluster, served
from tests.e2e.site import PROJECT, Site
from tests.node.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.image.archive import Archive

ORDER: Final = {
    "test_from_an_install_to_a_scan.py": -1,
    "test_no_secret_is_told_to_anybody.py": 1,
    "test_an_uninstall_leaves_the_crd_and_nothing_else.py": 2,
}
"""All other scenes are at 0, in any order: each begins by waiting for what it needs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back on all scenes, and what takes the release away, comes after them."""
    items.sort(key=lambda item: ORDER.get(item.path.name, 0))


@pytest.fixture(scope="session")
def cluster(archive: Archive, node_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Installed; at the end all of it is gone with the node."""
    root = tmp_path_factory.mktemp("srv")
    node = Node(prepare=lambda _: None)
    try:
        node.load(archive.path)
        with served(node.machine, root) as git:
            made = Cluster(node, root, git)
            made.namespace(HOME)
            made.install()
            yield made
    finally:
        node.close()


@pytest.fixture(scope="session")
def site(cluster: Cluster) -> Site:
    """One gateway of the profile `default`, pod ``gateway-0``."""
    made = Site(cluster, "plant")
    made.begin(PROJECT, {"default": plant.PROJECTS})
    made.gateways("gateway")
    return made
