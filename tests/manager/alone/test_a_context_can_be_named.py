"""``--context``: of a kubeconfig with several clusters the named one is spoken to; one that is not there is told in a line."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster import accounts
from tests.manager.process import Manager

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plane import Plane
    from tests.manager.site import Site


@pytest.fixture
def two(plane: Plane, place: Site, tmp_path: Path) -> Path:
    """A kubeconfig whose current context is of a cluster that nobody serves; ``here`` is the plane."""
    token = accounts.manager_token(plane, home="contexts", watched=[place.namespace])
    file = plane.write_kubeconfig("contexts", {"token": token}, namespace="contexts")
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    config["contexts"][0]["name"] = "here"
    config["clusters"].append({"name": "far", "cluster": {"server": "https://127.0.0.1:1"}})
    config["contexts"].append({"name": "there", "context": {**config["contexts"][0]["context"], "cluster": "far"}})
    config["current-context"] = "there"
    (tmp_path / "two").write_text(yaml.safe_dump(config), encoding="utf-8")
    return tmp_path / "two"


def test_the_named_one_is_spoken_to(two: Path, place: Site, plane: Plane, tmp_path: Path) -> None:
    place.resource()
    running = Manager(tmp_path, two, ("--watch-namespaces", place.namespace, "--context", "here")).ready()
    try:
        place.resolved()
        assert running.said("manager_starting")["server"] == plane.url
    finally:
        running.close()


def test_without_it_the_current_one_is(two: Path, tmp_path: Path) -> None:
    running = Manager(tmp_path, two)
    try:
        assert running.said("manager_starting")["server"] == "https://127.0.0.1:1"
    finally:
        running.close()


@pytest.mark.parametrize("file", [True, False], ids=["in its file", "without a file, in a pod"])
def test_one_that_is_not_there_is_one_line(file: bool, two: Path, tmp_path: Path) -> None:
    words = ["--probes=127.0.0.1:0", "--metrics=off", "--context=nowhere"]
    pod = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "stoker", "manager", *words, *(["--kubeconfig", str(two)] if file else [])],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **pod},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "nowhere" in done.stderr
    assert "KUBECONFIG" in done.stderr
