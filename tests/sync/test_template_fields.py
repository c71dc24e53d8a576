"""Plain fields in paths and contents; everything else of a template is refused, naming file, line and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stoker.errors import FeatureUnsupported, PlanInvalid, StokerError, TemplateInvalid
from stoker.sync.plan import MappingRule, PatchRule
from tests.sync.conftest import FIRST, SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path

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
    ("text", "error", "told"),
    [
        (
            "one\ntwo {{.Vars.absent}}",
            TemplateInvalid,
            r"config/site/conf, line 2: no value for \{\{\.Vars\.absent\}\}",
        ),
        ("{{.Absent}}", TemplateInvalid, r"config/site/conf, line 1: no value for \{\{\.Absent\}\}"),
        ("\n\n{{.GatewayName", TemplateInvalid, "config/site/conf, line 3: an action opened with"),
        ("a\0{{.GatewayName}}", TemplateInvalid, "config/site/conf: the file holds a NUL byte"),
        (
            "\n{{if .Vars}}x{{end}}",
            FeatureUnsupported,
            r"config/site/conf, line 2: template action '\{\{if \.Vars\}\}'",
        ),
        ("{{- .GatewayName -}}", FeatureUnsupported, "is not served: use plain fields only"),
        ("{{.GatewayName | quote}}", FeatureUnsupported, "is not served"),
        ("{{/* comment */}}", FeatureUnsupported, "is not served"),
        ("{{.Vars}}", FeatureUnsupported, "is not a single value: name one of its keys"),
    ],
)
def test_what_cannot_be_rendered_is_an_error_that_names_file_and_line_and_changes_nothing(
    sync: Sync, source: Path, data: Path, text: str, error: type[StokerError], told: str
) -> None:
    write(source, {"site/conf": text, "site/other": "1"})
    with pytest.raises(error, match=told):
        sync(FIRST, SITE, fields=FIELDS)
    assert read(data) == {}


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_missing_field_in_a_path_names_the_mapping(sync: Sync, source: Path, side: str) -> None:
    write(source, {"site/conf": "1"})
    rule = {"source": "site", "destination": "x", side: "{{.Vars.absent}}"}
    with pytest.raises(TemplateInvalid, match=rf"mapping 1 \(source .*\), {side}: no value for"):
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


def test_patches_are_refused_and_not_ignored(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/conf.json": "{}"})
    with pytest.raises(FeatureUnsupported, match=r"mapping 1 .*: patches are not served yet"):
        sync(FIRST, MappingRule("site", "x", patches=(PatchRule("conf.json", {"a": "1"}),)))
    assert read(data) == {}
