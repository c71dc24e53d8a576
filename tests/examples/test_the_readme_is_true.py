"""What the README tells a newcomer to write and to type is what Stoker takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from stoker.standalone.manifests import load_manifests
from stoker.standalone.options import parse_options

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    """The fenced blocks of that kind."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for found, text in fenced if found == kind]


def commands() -> list[list[str]]:
    """Every command of Stoker in the README, as words."""
    text = "\n".join(blocks("")).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if ".venv/bin/stoker" in line]
    return [shlex.split(line.partition(".venv/bin/stoker")[2], comments=True) for line in lines]


def test_the_manifests_are_whole(tmp_path: Path) -> None:
    (block,) = blocks("yaml")
    path = tmp_path / "gateway.yaml"
    path.write_text(block, encoding="utf-8")
    manifests = load_manifests([path], data_dir=tmp_path, host="edge")
    assert [gateway.cr_name for gateway in manifests.gateways] == ["plant"]
    assert manifests.concerns == ()
    resource = next(m for m in manifests.objects if m.kind.kind == "GatewaySync")
    named = {
        resource.body["spec"]["git"]["auth"]["token"]["secretRef"]["name"],
        resource.body["spec"]["gateway"]["api"]["secretName"],
    }
    assert named == {m.name for m in manifests.objects if m.kind.kind == "Secret"}


def test_the_commands_parse(tmp_path: Path) -> None:
    found = commands()
    assert [words[0] for words in found] == ["standalone", "standalone"]
    for words in found:
        here = [str(tmp_path) if word == "/usr/local/bin/ignition/data" else word for word in words]
        assert parse_options(here[1:], {}).data_dir == tmp_path
    assert "--once" in found[0]


def test_the_two_commands_and_the_pages_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", "\n".join(blocks("")), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert "$(BIN)/stoker demo $(ARGS)" in makefile
    for page in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / page).exists(), page
