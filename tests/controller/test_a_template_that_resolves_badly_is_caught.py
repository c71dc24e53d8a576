"""Path templates are tried before agents are told: what no gateway could carry out is a fault, named with its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from tests.controller.house import URL, A, B

if TYPE_CHECKING:
    from tests.controller.house import House

BAD = {
    "{{.Vars.nothing}}/x": 'no entry for key "nothing"',
    "{{.Nothing}}": "can't evaluate field Nothing",
    "{{.GatewayName}}/{{.Vars.nothing}}": 'no entry for key "nothing"',
    '{{template "x" .}}': '"x"',
    "{{slice .Namespace 0 99}}": "out of range",
    "{{.Vars.up}}/x": "makes a path that is refused: '../../x' climbs out",
    "x/{{.Vars.top}}": "",
    "{{.GatewayName": "unclosed action",
    "{{.Vars.top}}": "is absolute",
    "{{nothing .Vars.up}}": 'function "nothing" not defined',
}
GOOD = [
    "{{.Vars.site}}/{{.GatewayName}}",
    "line-{{.PodOrdinal}}",
    "{{.Labels.area}}/{{.Namespace}}",
    "{{.CRName}}-{{.Ref}}",
    '{{if eq .Vars.site "north"}}a{{else}}{{.Vars.nothing}}{{end}}',
    "{{slice .PodName 0 8}}",  # long enough on any pod of a StatefulSet; the stand-in is not
    '{{index .Labels "example.com/area"}}',
]
VARS = {"up": "../..", "top": "/etc", "site": "north"}


def profile(path: str, end: str) -> dict[str, Any]:
    mapping = {"source": "projects", "destination": "projects", end: path}
    good = {"source": "projects", "destination": "projects"}
    return {"line": {"mappings": [good, mapping]}}


@pytest.mark.parametrize("end", ["source", "destination"])
@pytest.mark.parametrize("path", [path for path, fault in BAD.items() if fault])
async def test_a_bad_one_is_named_with_its_place(house: House, path: str, end: str) -> None:
    await house.resource(sync__profiles=profile(path, end), sync__defaults={"vars": VARS})
    status, reason, message = house.words("ProfilesValid")
    assert (status, reason) == ("False", "ProfilesInvalid")
    assert f"spec.sync.profiles[line].mappings[1].{end}" in message
    assert BAD[path] in message
    assert house.words("Ready")[2] == "Profiles invalid"
    assert house.data("stoker-metadata-main") is None


async def test_the_ref_is_looked_up_all_the_same_and_agents_hear_of_it_once_it_is_mended(house: House) -> None:
    await house.resource(sync__profiles=profile("{{.Vars.nothing}}", "source"))
    assert (house.words("RefResolved")[::2], house.status().last_sync_commit) == (("True", A), A)
    house.refs.push(URL, B)
    await house.annotate({names.REQUESTED_AT: "now"})
    assert (house.status().last_sync_commit, house.status().last_handled_requested_at) == (B, "")
    assert house.data("stoker-metadata-main") is None
    await house.edit(sync__profiles=profile("projects", "source"))
    assert (house.metadata()["commit"], house.metadata()["requestedAt"]) == (B, "now")
    assert house.status().last_handled_requested_at == "now"


@pytest.mark.parametrize("path", GOOD)
async def test_a_good_one_is_handed_over_as_it_is(house: House, path: str) -> None:
    await house.resource(sync__profiles=profile(path, "destination"), sync__defaults={"vars": VARS})
    assert house.words("ProfilesValid")[0] == "True"
    profiles = json.loads(house.metadata()["profiles"])
    assert profiles["line"]["mappings"][1]["destination"] == path


@pytest.mark.parametrize(
    ("patch", "end", "fault"),
    [
        ({"file": "[a", "set": {"k": "1"}}, "file", "'['"),
        ({"file": "*.json", "set": {"k": "{{.Vars.nothing}}"}}, "set[k]", 'no entry for key "nothing"'),
        ({"file": "*.json", "set": {"k": "{{if"}}, "set[k]", "unclosed action"),
    ],
)
async def test_a_bad_patch_is_named_with_its_place(house: House, patch: dict[str, Any], end: str, fault: str) -> None:
    mapping = {"source": "projects", "destination": "projects", "patches": [patch]}
    await house.resource(sync__profiles={"line": {"mappings": [mapping]}})
    status, _, message = house.words("ProfilesValid")
    assert status == "False"
    assert f"spec.sync.profiles[line].mappings[0].patches[0].{end}" in message
    assert fault in message


async def test_all_are_told_at_once(house: House) -> None:
    profiles = profile("{{.Vars.a}}", "source") | {"other": profile("{{.Vars.b}}", "source")["line"]}
    await house.resource(sync__profiles=profiles)
    message = house.words("ProfilesValid")[2]
    assert "profiles[line]" in message
    assert "profiles[other]" in message
