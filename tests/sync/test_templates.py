"""Templates in paths and contents: what depends on a field is made anew when it changes, and faults name file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import PlanInvalid, TemplateInvalid
from stoker.sync.plan import MappingRule
from stoker.sync.source import DirectoryTree, content_id
from tests.sync.conftest import FIRST, SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.source import SourceTree

FIELDS: dict[str, Any] = {
    "GatewayName": "press",
    "PodName": "press-0",
    "PodOrdinal": 3,
    "Namespace": "ot",
    "CRName": "plant",
    "Ref": "main",
    "Commit": FIRST,
    "Labels": {"line": "b"},
    "Vars": {"zone": "north", "empty": ""},
}
SITE = MappingRule("site", "config/site", template=True)


def test_every_field_is_served_in_contents(sync: Sync, source: Path, data: Path) -> None:
    names = [key for key in FIELDS if key not in ("Labels", "Vars")] + ["Labels.line", "Vars.zone", "Vars.empty"]
    write(source, {"site/conf": "|".join(f"{{{{.{name}}}}}" for name in names)})
    sync(FIRST, SITE, fields=FIELDS)
    assert read(data)["config/site/conf"] == f"press|press-0|3|ot|plant|main|{FIRST}|b|north|"


def test_fields_are_served_in_sources_and_destinations(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"sites/north/conf": "{{.GatewayName}}"})
    sync(FIRST, MappingRule("sites/{{.Vars.zone}}", "config/{{ .GatewayName }}/x{{.PodOrdinal}}"), fields=FIELDS)
    assert read(data) == {"config/press/x3/conf": "{{.GatewayName}}"}, "contents stay as they are without template"


@pytest.mark.parametrize("value", ["../x", "/etc", "a/../../b"])
def test_a_field_cannot_lead_a_path_out(sync: Sync, source: Path, value: str) -> None:
    write(source, {"site/conf": "1"})
    with pytest.raises(PlanInvalid, match=r"mapping 1 .*: destination"):
        sync(FIRST, MappingRule("site", "{{.Vars.zone}}"), fields={"Vars": {"zone": value}})


def test_bytes_that_are_no_text_pass_unharmed(sync: Sync, source: Path, data: Path) -> None:
    (source / "site").mkdir()
    (source / "site/conf").write_bytes(b"\xff\xfe{{.GatewayName}}\r\n\xc3")
    sync(FIRST, SITE, fields=FIELDS)
    assert (data / "config/site/conf").read_bytes() == b"\xff\xfepress\r\n\xc3"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("one\ntwo {{.Vars.absent}}", r"config/site/conf, line 2, .*absent"),
        ("{{.Absent}}", r"config/site/conf, line 1, .*Absent"),
        ("\n\n{{.GatewayName", "config/site/conf, line 3, "),
        ("\n{{if .Vars}}x", "config/site/conf, line 2, "),
        ("{{.GatewayName | quote}}", 'config/site/conf, line 1, .*"quote"'),
        ("a\0{{.GatewayName}}", "config/site/conf: the file holds a NUL byte, and a binary file cannot be a template"),
    ],
)
def test_what_cannot_be_rendered_is_an_error_that_names_file_and_line_and_changes_nothing(
    sync: Sync, source: Path, data: Path, text: str, told: str
) -> None:
    write(source, {"site/conf": text, "site/other": "1"})
    with pytest.raises(TemplateInvalid, match=told):
        sync(FIRST, SITE, fields=FIELDS)
    assert read(data) == {}


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_missing_field_in_a_path_names_the_mapping(sync: Sync, source: Path, side: str) -> None:
    write(source, {"site/conf": "1"})
    rule = {"source": "site", "destination": "x", side: "{{.Vars.absent}}"}
    with pytest.raises(TemplateInvalid, match=rf"mapping 1 \(source .*\), {side}.*absent"):
        sync(FIRST, MappingRule(**rule), fields=FIELDS)  # type: ignore[arg-type]


def test_a_changed_value_changes_the_files_that_use_it(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/a": "{{.Vars.zone}}", "site/b": "{{.GatewayName}}", "site/c": "{{.Commit}}"})
    sync(FIRST, SITE, fields=FIELDS)
    assert sync(FIRST, SITE, fields=FIELDS | {"Vars": {"zone": "south"}}).modified == ("config/site/a",)
    assert sync(SECOND, SITE, fields=FIELDS | {"Commit": SECOND, "Vars": {"zone": "south"}}).modified == (
        "config/site/c",
    )
    assert read(data) == {"config/site/a": "south", "config/site/b": "press", "config/site/c": SECOND}


def test_a_file_that_stops_being_a_template_is_written_as_it_is(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/a": "{{.GatewayName}}"})
    sync(FIRST, SITE, fields=FIELDS)
    sync(FIRST, MappingRule("site", "config/site"), fields=FIELDS)
    assert read(data) == {"config/site/a": "{{.GatewayName}}"}
    sync(FIRST, SITE, fields=FIELDS)
    assert read(data) == {"config/site/a": "press"}


def test_control_flow_is_served_in_contents_and_in_paths(sync: Sync, source: Path, data: Path) -> None:
    text = "{{- range $k, $v := .Vars}}{{$k}}={{$v}};{{end -}}\n{{if eq .PodOrdinal 3}}third{{else}}other{{end}}"
    write(source, {"site/conf": text})
    sync(
        FIRST,
        MappingRule(
            "site", '{{if .Vars.zone}}config/{{printf "%s-%02d" .Vars.zone .PodOrdinal}}{{end}}', template=True
        ),
        fields=FIELDS,
    )
    assert read(data) == {"config/north-03/conf": "empty=;zone=north;third"}


class Counting:
    """How often a blob was read to be made."""

    def __init__(self, tree: SourceTree) -> None:
        self.read_blobs: list[str] = []
        self._tree = tree

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tree, name)

    def read(self, blob: str) -> bytes:
        """As SourceTree.read."""
        self.read_blobs.append(blob)
        return self._tree.read(blob)


def test_a_changed_value_renders_only_what_depends_on_it(sync: Sync, source: Path) -> None:
    texts = {"site/a": "{{.Vars.zone}}", "site/b": "{{.GatewayName}}", "site/c": "{{.Labels.line}}", "site/d": "plain"}
    write(source, texts)
    sync(FIRST, SITE, fields=FIELDS)
    for changed, dependent in (
        ({}, []),
        ({"Vars": {"zone": "south", "empty": ""}}, ["site/a"]),
        ({"Labels": {"line": "c", "more": "x"}}, ["site/c"]),
        ({"Vars": {"zone": "north", "empty": "full"}}, []),
    ):
        tree = Counting(DirectoryTree(source))
        sync(FIRST, SITE, fields=FIELDS | changed, tree=tree)
        assert tree.read_blobs == [content_id(texts[path].encode(), FIRST) for path in dependent], changed
        sync(FIRST, SITE, fields=FIELDS)


def test_what_looks_at_a_whole_map_depends_on_all_of_it(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/n": "{{len .Vars}}", "site/i": '{{index .Labels "new"}}'})
    sync(FIRST, SITE, fields=FIELDS)
    done = sync(FIRST, SITE, fields=FIELDS | {"Vars": {"zone": "north"}, "Labels": {"line": "b", "new": "1"}})
    assert done.modified == ("config/site/i", "config/site/n")
    assert read(data) == {"config/site/n": "1", "config/site/i": "1"}


def test_a_file_is_made_once_in_a_sync(sync: Sync, source: Path) -> None:
    write(source, {"site/a": "{{.Vars.zone}}"})
    tree = Counting(DirectoryTree(source))
    sync(FIRST, SITE, fields=FIELDS, tree=tree)
    assert len(tree.read_blobs) == 1
