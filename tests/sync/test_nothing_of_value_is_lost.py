"""Excludes, kept files, drift, stamps and the guard against mass deletion."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stoker.errors import FeatureUnsupported, MassDeleteRefused, TemplateInvalid
from stoker.sync.plan import MappingRule, PatchRule
from tests.sync.conftest import Sync, write

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = "1" * 40, "2" * 40


def kept(data: Path) -> list[str]:
    """Contents of everything kept."""
    return [path.read_text() for path in (data / ".stoker/kept").rglob("*") if path.is_file()]


def test_a_hand_edit_is_kept_before_it_is_overwritten(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(data, {"projects/a": "by hand"})
    write(source, {"projects/a": "2"})
    assert sync(SECOND).kept == ("projects/a",)
    assert kept(data) == ["by hand"]


def test_a_view_made_on_the_gateway_is_kept_before_it_is_deleted(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(data, {"projects/new/view.json": "designer"})
    assert sync(SECOND).deleted == ("projects/new/view.json",)
    assert kept(data) == ["designer"]


def test_reported_drift_is_named_and_left(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    sync()
    write(data, {"projects/a": "by hand", "projects/stray": "x"})
    done = sync(drift="report")
    assert done.drift == ("projects/a", "projects/stray")
    assert (data / "projects/a").read_text() == "by hand"
    assert sync(drift="heal").modified == ("projects/a",)
    assert not (data / "projects/stray").exists()


def test_spared_drift_stays_while_the_rest_is_restored(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/b": "1"})
    sync()
    write(data, {"projects/a": "by hand", "projects/b": "by hand"})
    assert sync(spare=frozenset({"projects/a"})).modified == ("projects/b",)
    assert (data / "projects/a").read_text() == "by hand"


def test_the_gateways_stamp_is_no_drift(sync: Sync, source: Path, data: Path) -> None:
    manifest = {"scope": "G", "attributes": {"lastModificationSignature": "a"}}
    write(source, {"projects/p/resource.json": json.dumps(manifest)})
    sync()
    manifest["attributes"] = {"lastModificationSignature": "b", "lastModification": {"actor": "external"}}
    write(data, {"projects/p/resource.json": json.dumps(manifest)})
    assert sync(drift="heal").files_changed == 0


@pytest.mark.parametrize("path", ["projects/.resources/x", "projects/.uuid", "projects/p/x.tmp"])
def test_the_gateways_own_files_are_never_cleaned(sync: Sync, source: Path, data: Path, path: str) -> None:
    write(source, {"projects/a": "1"})
    write(data, {path: "gateway"})
    sync()
    sync(SECOND)
    assert (data / path).read_text() == "gateway"


def test_protected_folders_are_written_only_when_a_destination_names_them(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"all/var/x": "1", "all/config/y": "1"})
    sync(FIRST, MappingRule("all", "."))
    assert not (data / "var/x").exists()
    assert (data / "config/y").exists()
    sync(SECOND, MappingRule("all", "."), MappingRule("all/var", "var"))
    assert (data / "var/x").exists()


def test_a_folder_pattern_excludes_all_below_it(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1", "projects/secret/deep/x": "1"})
    write(data, {"projects/secret/live": "stays"})
    sync(excludes=("**/secret/",))
    assert not (data / "projects/secret/deep").exists()
    assert (data / "projects/secret/live").exists()


def many(source: Path, count: int) -> None:
    write(source, {f"projects/f{n}": "x" for n in range(count)})


def test_a_mass_deletion_is_refused_until_that_commit_is_allowed(sync: Sync, source: Path, data: Path) -> None:
    many(source, 50)
    sync()
    for n in range(40):
        (source / f"projects/f{n}").unlink()
    with pytest.raises(MassDeleteRefused, match="allow-mass-delete"):
        sync(SECOND)
    with pytest.raises(MassDeleteRefused):
        sync(SECOND, allow_mass_delete=SECOND[:7])
    assert len(sync(SECOND, allow_mass_delete=SECOND).deleted) == 40


def test_the_first_adoption_of_a_filled_directory_says_so(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"projects/a": "1"})
    write(data, {f"projects/old{n}": "x" for n in range(30)})
    with pytest.raises(MassDeleteRefused, match=r"adopt|first"):
        sync()
    assert (data / "projects/old0").exists()


def test_fields_are_put_into_paths_and_files(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/conf": "name={{.GatewayName}} zone={{ .Vars.zone }}"})
    rule = MappingRule("site", "config/{{.GatewayName}}", template=True)
    sync(FIRST, rule, fields={"GatewayName": "press", "Vars": {"zone": "b"}})
    assert (data / "config/press/conf").read_text() == "name=press zone=b"


def test_a_missing_field_and_a_nul_byte_are_errors(sync: Sync, source: Path) -> None:
    write(source, {"site/conf": "{{.Vars.absent}}"})
    with pytest.raises(TemplateInvalid, match="absent"):
        sync(FIRST, MappingRule("site", "x", template=True), fields={"Vars": {}})
    write(source, {"site/conf": "a\0b{{.GatewayName}}"})
    with pytest.raises(TemplateInvalid):
        sync(FIRST, MappingRule("site", "x", template=True), fields={"GatewayName": "g"})


def test_what_is_not_served_yet_is_refused(sync: Sync, source: Path) -> None:
    write(source, {"site/conf": "{{if .Vars}}x{{end}}"})
    with pytest.raises(FeatureUnsupported):
        sync(FIRST, MappingRule("site", "x", template=True), fields={"Vars": {}})
    with pytest.raises(FeatureUnsupported):
        sync(FIRST, MappingRule("site", "x", patches=(PatchRule(None, {"a": "1"}),)))
