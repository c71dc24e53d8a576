"""The demo's later steps: files made for one gateway by template and patch, and a change by hand that is seen and undone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import trio

from stoker.standalone.demo.edits import editable
from stoker.standalone.demo.stage import FOLDER, Stage, StepFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stoker.standalone.demo.processes import Line

FINDS_SECONDS = 60.0
SITE = "site/line.json"
LIVE = "config/site/line.json"
TEMPLATE = """\
{
  "gateway": "{{.GatewayName}}",
  "line": {{.PodOrdinal}},
  "area": "{{with .Vars.area}}{{printf "%-6s|" .}}{{end}}",
  "setpoint":   40,   "unit": "°C"
}
"""
MAPPING = (
    "{source: site, destination: config/site, template: true,"
    ' patches: [{file: "*.json", set: {setpoint: "{{.Vars.setpoint}}"}}]}'
)
VARS = {"area": "press", "setpoint": "42.5"}
BY_HAND = b'{"made": "in the Designer, on a Friday"}\n'


async def make_for_this_gateway(stage: Stage) -> list[str]:
    """A template and a patch make one gateway's own file of one for all."""

    def write() -> str:
        file = stage.repository.work / SITE
        file.parent.mkdir()
        file.write_text(TEMPLATE, encoding="utf-8")
        commit = stage.repository.commit("One file for every line")
        stage.mappings.append(MAPPING)
        stage.vars = VARS
        stage.write_manifests()
        return commit

    mark = stage.gateway.mark()
    stage.live = await trio.to_thread.run_sync(write)
    await stage.scanned(mark, "the file made for this gateway is scanned")
    await stage.expect_whole(stage.live)
    made = (stage.data / LIVE).read_text(encoding="utf-8")
    wanted = TEMPLATE.replace("{{.GatewayName}}", "press-line-1").replace("{{.PodOrdinal}}", "1")
    wanted = wanted.replace('{{with .Vars.area}}{{printf "%-6s|" .}}{{end}}', "press |").replace("40", "42.5")
    if made != wanted:
        raise StepFailed(f"{LIVE} is not what the template and the patch make: {made!r}")
    seen = json.loads(made)
    gateway, line, setpoint = seen["gateway"], seen["line"], seen["setpoint"]
    return [
        f"a mapping was added to the manifest; {SITE} became {LIVE}",
        f"by template: gateway {gateway}, line {line}; by patch: setpoint {setpoint}, no other byte changed",
    ]


async def change_by_hand(stage: Stage) -> list[str]:
    """A file that somebody changes on the gateway is named, and left until somebody asks; then it is kept aside."""
    path = (await trio.to_thread.run_sync(editable, stage.data / FOLDER))[0]
    name = path.relative_to(stage.data).as_posix()
    mark, scans = stage.stoker.mark(), stage.gateway.mark()
    path.write_bytes(BY_HAND)

    def named(lines: Sequence[Line]) -> bool:
        return lines[-1].event == "drift_found" and name in lines[-1].fields["paths"]

    await stage.stoker.wait_for("the change by hand is found", named, after=mark, within=FINDS_SECONDS)
    if path.read_bytes() != BY_HAND or stage.scans(scans):
        raise StepFailed(f"{name} was not left as it is, though driftPolicy is report")
    facts = [f"found and named, and left as it is (driftPolicy: report): {name}"]
    scans = stage.gateway.mark()
    answer = await stage.host.force("main")
    if answer.status != 202:
        raise StepFailed(f"the force request was answered {answer.status}: {answer.body}")
    await stage.scanned(scans, "the forced sync is scanned")
    await stage.expect_whole(stage.live)
    kept = [file for file in (stage.data / ".stoker" / "kept").rglob(path.name) if file.read_bytes() == BY_HAND]
    if not kept:
        raise StepFailed(f"what was made by hand in {name} is lost")
    facts.append(f"a forced sync restores it; what was made by hand is in {kept[0].relative_to(stage.data)}")
    return facts
