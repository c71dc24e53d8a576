"""IGNITION.md's table of what is never touched, row by row, through the engine's own rule of exclusion."""

from __future__ import annotations

import pytest

from stoker.agent.profile import PROTECTION
from stoker.ignition import layout
from stoker.sync.protection import Excluder

NEVER = [
    ("projects/Plant/.resources/abc", "projects/Plant/.resources"),
    ("config/resources/core/.resources/a/b", "config/resources/core/.resources/a"),
    (".resources/x", ".resources"),
    (".uuid", ".uuid"),
    ("projects/Plant/.uuid", "projects/Plant/.uuid"),
]
UNLESS_NAMED = [
    ("config/local/identity.json", "config/local"),
    ("config/local/a/b/c", "config/local/a"),
    ("config/resources/local/ignition/x/config.json", "config/resources/local"),
    ("var/ignition/x", "var"),
    ("db/config.idb", "db/config.idb"),
    ("metricsdb/x", "metricsdb"),
    ("jar-cache/a/b.jar", "jar-cache"),
    ("certificates/gateway.pem", "certificates"),
    ("autobackup/x.gwbk", "autobackup"),
    ("valueStore.idb", "valueStore.idb"),
    ("valueStore.idb-wal", "valueStore.idb-wal"),
    ("modules.json", "modules.json"),
    ("gateway.xml", "gateway.xml"),
    ("gateway.xml_clean", "gateway.xml_clean"),
    ("redundancy.xml", "redundancy.xml"),
    (".ignition-seed-complete", ".ignition-seed-complete"),
    (".container-init.conf", ".container-init.conf"),
    ("projects/Plant/x.tmp", "projects/Plant/x.tmp"),
    ("x.tmp", "x.tmp"),
]
ALLOWED = [
    "projects/Plant/project.json",
    "projects/Plant/var/code.py",
    "projects/Plant/db/x",
    "projects/Plant/config/local/x",
    "projects/Plant/modules.json",
    "projects/Plant/gateway.xml",
    "projects/Plant/redundancy.xml",
    "config/resources/core/ignition/x/config.json",
    "config/resources/external/ignition/x/config.json",
    "config/resources/locally/x",
    "config/localized",
    "variables/x",
    "valueStore.id",
    "projects/Plant/x.tmpl",
]


def excluded(path: str, *destinations: str, ours: tuple[str, ...] = ()) -> bool:
    return Excluder(PROTECTION, (), destinations, set(ours))(path)


@pytest.mark.parametrize("path", [path for path, _ in NEVER + UNLESS_NAMED])
def test_it_is_not_touched_below_a_wider_destination(path: str) -> None:
    assert excluded(path, "projects", "config", "config/resources")
    assert excluded(path, ".")


@pytest.mark.parametrize(("path", "destination"), NEVER)
def test_the_first_two_are_not_touched_even_when_named(path: str, destination: str) -> None:
    assert excluded(path, destination)
    assert excluded(path, destination, ours=(path,))


@pytest.mark.parametrize(("path", "destination"), UNLESS_NAMED)
def test_the_others_may_be_when_a_destination_names_them(path: str, destination: str) -> None:
    assert not excluded(path, destination)


@pytest.mark.parametrize("path", ALLOWED)
def test_what_only_looks_like_it_is_not_meant(path: str) -> None:
    assert not excluded(path, "projects", "config")


def test_a_tmp_file_is_ours_when_we_wrote_it() -> None:
    assert not excluded("projects/Plant/x.tmp", "projects", ours=("projects/Plant/x.tmp",))


def test_naming_one_gives_leave_for_no_other() -> None:
    assert excluded("db/other.idb", "db/config.idb")
    assert excluded("config/local/x", "config/resources/local")


def test_a_gateway_is_known_by_its_marks_and_a_resource_by_its_last_file() -> None:
    assert {".uuid", ".ignition-seed-complete", "projects/*/project.json"} == set(layout.GATEWAY_MARKERS)
    assert {"resource.json"} == layout.LATE_NAMES
