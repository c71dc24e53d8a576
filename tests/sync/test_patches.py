"""Patches set values in JSON files of a mapping, after templating, and change no other byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import PatchInvalid, PlanInvalid, TemplateInvalid
from stoker.sync.plan import MappingRule, PatchRule, SyncRequest
from stoker.sync.source import DirectoryTree
from tests.sync.conftest import FIRST, SECOND, Sync, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from stoker.sync.engine import Engine

CONF = '{\n  "host" : "a",   "port":1\n}\n'
FIELDS = {"Vars": {"zone": "north"}, "GatewayName": "press"}


def patched(glob: str | None, **values: str) -> MappingRule:
    return MappingRule("site", "config", patches=(PatchRule(glob, values),))


def test_a_value_is_set_and_every_other_byte_stays(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/conf.json": CONF, "site/other.json": CONF})
    sync(FIRST, patched("conf.json", host="b"))
    assert read(data) == {"config/conf.json": CONF.replace('"a"', '"b"'), "config/other.json": CONF}


def test_a_glob_is_matched_below_the_destination(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/a/x.json": "{}", "site/b/c/x.json": "{}", "site/x.json": "{}"})
    sync(FIRST, patched("*/x.json", k="1"))
    assert read(data) == {"config/a/x.json": '{"k":1}', "config/b/c/x.json": "{}", "config/x.json": "{}"}
    sync(FIRST, patched("**/x.json", k="2"))
    assert set(read(data).values()) == {'{"k":2}'}


@pytest.mark.parametrize("glob", [None, "", "conf.json", "*.json", "**/*.json"])
def test_on_a_file_mapping_the_base_name_is_matched_and_no_glob_means_the_file(
    sync: Sync, source: Path, data: Path, glob: str | None
) -> None:
    write(source, {"site/conf.json": "{}"})
    sync(FIRST, MappingRule("site/conf.json", "a/b/conf.json", patches=(PatchRule(glob, {"k": "1"}),)))
    assert read(data) == {"a/b/conf.json": '{"k":1}'}


def test_they_come_after_templating_and_in_their_order(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/conf.json": '{"name":"{{.GatewayName}}"}'})
    patches = (PatchRule("*.json", {"k": "1", "a": "2"}), PatchRule("conf.json", {"k": "{{.Vars.zone}}"}))
    sync(FIRST, MappingRule("site", "config", template=True, patches=patches), fields=FIELDS)
    assert read(data)["config/conf.json"] == '{"name":"press","a":2,"k":"north"}'


def test_a_changed_var_or_patch_changes_just_the_files_it_is_in(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/a.json": "{}", "site/b.json": "{}"})
    rule = MappingRule(
        "site", "config", patches=(PatchRule("a.json", {"k": "{{.Vars.zone}}"}), PatchRule("b.json", {"k": "1"}))
    )
    sync(FIRST, rule, fields=FIELDS)
    assert sync(FIRST, rule, fields=FIELDS).files_changed == 0
    assert sync(FIRST, rule, fields={"Vars": {"zone": "south"}}).modified == ("config/a.json",)
    other = MappingRule("site", "config", patches=(*rule.patches[:1], PatchRule("b.json", {"k": "2"})))
    assert sync(FIRST, other, fields={"Vars": {"zone": "south"}}).modified == ("config/b.json",)
    assert read(data) == {"config/a.json": '{"k":"south"}', "config/b.json": '{"k":2}'}


def test_a_file_that_is_not_patched_any_more_is_as_in_the_commit(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/a.json": "{}"})
    sync(FIRST, patched("a.json", k="1"))
    assert sync(FIRST, MappingRule("site", "config")).modified == ("config/a.json",)
    assert read(data) == {"config/a.json": "{}"}


def test_a_later_mapping_s_file_is_not_patched_by_the_earlier_one(sync: Sync, source: Path, data: Path) -> None:
    write(source, {"site/a.json": "{}", "over/a.json": "[]"})
    sync(FIRST, patched("a.json", k="1"), MappingRule("over", "config"))
    assert read(data) == {"config/a.json": "[]"}


@pytest.mark.parametrize("content", ["not json", "", "{\n 1}", "{} x"])
def test_a_file_that_is_no_json_is_named_and_nothing_changes(
    sync: Sync, source: Path, data: Path, content: str
) -> None:
    write(source, {"site/a.json": content, "site/b.json": "{}"})
    with pytest.raises(PatchInvalid, match=r"config/a\.json"):
        sync(FIRST, patched("*.json", k="1"))
    assert read(data) == {}


def test_a_value_that_cannot_be_rendered_names_mapping_patch_and_path(sync: Sync, source: Path) -> None:
    write(source, {"site/a.json": "{}"})
    with pytest.raises(TemplateInvalid, match=r"mapping 1 .*, patch 1, value of 'k.y'.*absent"):
        sync(FIRST, patched("*.json", **{"k.y": "{{.Vars.absent}}"}), fields=FIELDS)


@pytest.mark.parametrize("glob", [None, "", "./"])
def test_a_patch_of_a_folder_must_say_which_files(sync: Sync, source: Path, glob: str | None) -> None:
    write(source, {"site/a.json": "{}"})
    with pytest.raises(PlanInvalid, match=r"mapping 1 .*, patch 1: it names no file"):
        sync(FIRST, patched(glob, k="1"))


def test_a_glob_that_is_none_is_named_with_its_patch(sync: Sync, source: Path) -> None:
    write(source, {"site/a.json": "{}"})
    with pytest.raises(PlanInvalid, match=r"mapping 1 .*, patch 1: invalid patch file pattern: .*\[\*\.json"):
        sync(FIRST, patched("[*.json", k="1"))


def test_a_patch_that_matches_nothing_is_a_warning(engine: Engine, source: Path) -> None:
    write(source, {"site/a.json": "{}"})
    request = SyncRequest(FIRST, "main", DirectoryTree(source), (patched("b.json", k="1"),))
    assert [text for text in engine.prepare(request).changes.warnings if "'b.json'" in text and "mapping 1" in text]
    good = SyncRequest(SECOND, "main", DirectoryTree(source), (patched("a.json", k="1"),))
    assert engine.prepare(good).changes.warnings == ()
