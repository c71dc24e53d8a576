"""The rooms stand on one another as the drawing says, and the drawing shows every room there is."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest

from tests.house.conftest import ROOT, imports, text, tracked

CLIENTS = {
    "httpx": {"kube/http/ways.py", "git", "ignition/exchange.py", "wire/by_httpx.py", "standalone/demo"},
    "h11": {"wire/line.py"},
    "pygit2": {"git/library.py"},  # which loads it without every authority of the system
    "certifi": set(),
    "hypercorn": {"web"},
    "quart": {"web", "receiver"},
    "quart_trio": {"web", "receiver"},
    "kubernetes": {"kube"},
    "prometheus_client": {"observe/metrics.py"},  # which loads it without its servers
    "structlog": {"observe", "standalone"},
    "jsonschema": {"api"},
    "rich": {"standalone"},
    "asyncio": set(),
    "requests": set(),
}


def contract() -> dict[str, Any]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers: dict[str, Any] = next(one for one in contracts if one["type"] == "layers")
    return layers


def rooms() -> set[str]:
    return {path.parts[1].removesuffix(".py") for path in tracked("stoker/*.py") if path.parts[1] != "__init__.py"}


def test_no_import_breaks_a_contract() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_every_room_has_its_place_in_the_layers() -> None:
    placed = {name.strip().removeprefix("stoker.") for layer in contract()["layers"] for name in layer.split("|")}
    assert placed == rooms()


def test_the_page_draws_the_same_layers() -> None:
    drawing = text(next(iter(tracked("docs/architecture.md")))).split("```")[1]
    drawn = [re.split(r"\s{2,}", line)[0] for line in drawing.strip().splitlines()]
    drawn[0] = drawn[0].split()[0]
    assert drawn == [layer.replace("stoker.", "") for layer in contract()["layers"]]


def test_the_page_has_a_row_for_every_folder() -> None:
    page = text(next(iter(tracked("docs/architecture.md"))))
    folders = {path.parts[1] for path in tracked("stoker/*/*.py")}
    assert set(re.findall(r"^\| `(\w+)/` \|", page, re.MULTILINE)) == folders


@pytest.mark.parametrize("client", sorted(CLIENTS))
def test_a_third_party_client_stays_in_its_room(client: str) -> None:
    met = {path.as_posix() for path in tracked("stoker/*.py") if client in imports(path)}
    strangers = {path for path in met if not any(f"{path}/".startswith(f"stoker/{room}/") for room in CLIENTS[client])}
    assert strangers == set()
