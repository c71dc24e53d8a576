"""The 8.3 signature, by vectors that a few independent lines compute, and what the gateway does when it is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import threading
from typing import TYPE_CHECKING, Any

import pytest

from stoker.standalone.simulator.resources import Tree
from stoker.standalone.simulator.signature import signature
from tests.standalone.simulator.conftest import Ask, Resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import trio
    from trio.testing import MockClock

    from stoker.standalone.simulator.gateway import SimulatedGateway

PLAIN = {"scope": "G", "version": 1, "restricted": False, "overridable": True, "files": ["a"], "attributes": {}}
CONTENT = b"content"
HASHED = b"a" + hashlib.sha256(CONTENT).hexdigest().encode()


def of(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, of(struct.pack(">ii", 1, 1), b"\0\0\1", HASHED)),
        ({"scope": "D"}, of(struct.pack(">ii", 2, 1), b"\0\0\1", HASHED)),
        ({"scope": "C"}, of(struct.pack(">ii", 4, 1), b"\0\0\1", HASHED)),
        ({"scope": "A"}, of(struct.pack(">ii", 7, 1), b"\0\0\1", HASHED)),
        ({"scope": "DG"}, of(struct.pack(">ii", 3, 1), b"\0\0\1", HASHED)),
        ({"version": 258}, of(struct.pack(">ii", 1, 258), b"\0\0\1", HASHED)),
        ({"version": -1}, of(struct.pack(">ii", 1, -1), b"\0\0\1", HASHED)),
        ({"description": "Öl"}, of(struct.pack(">i", 1), "Öl".encode(), struct.pack(">i", 1), b"\0\0\1", HASHED)),
        ({"description": ""}, of(struct.pack(">ii", 1, 1), b"\0\0\1", HASHED)),
        ({"unary": True}, of(struct.pack(">ii", 1, 1), b"\1\0\1", HASHED)),
        ({"restricted": True}, of(struct.pack(">ii", 1, 1), b"\0\1\1", HASHED)),
        ({"overridable": False}, of(struct.pack(">ii", 1, 1), b"\0\0\0", HASHED)),
        (
            {"attributes": {"z": [1, {"b": None}], "enabled": True, "lastModificationSignature": "old"}},
            of(struct.pack(">ii", 1, 1), b"\0\0\1", HASHED, b"enabledtrue", b'z[1,{"b":null}]'),
        ),
    ],
)
def test_the_signature_covers_every_part_of_a_manifest(change: dict[str, Any], expected: str) -> None:
    assert signature({**PLAIN, **change}, {"a": CONTENT}) == expected


def test_files_are_signed_in_the_order_of_their_names() -> None:
    both = HASHED + b"b" + hashlib.sha256(b"").hexdigest().encode()
    assert signature(PLAIN, {"b": b"", "a": CONTENT}) == of(struct.pack(">ii", 1, 1), b"\0\0\1", both)


async def test_an_edit_from_outside_is_stamped_external_and_signed_anew(
    gateway: SimulatedGateway,
    ask: Ask,
    resource: Callable[[str], Resource],
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    made = resource("A")
    made.write(view_json="{}")
    (made.folder / "view.json").write_text('{"edited": true}')
    await nursery.start(gateway.background)
    await ask.scanned()
    attributes = json.loads(made.manifest.read_text())["attributes"]
    stamp = json.dumps(attributes["lastModification"], separators=(",", ":")).encode()
    content = b"view.json" + hashlib.sha256(b'{"edited": true}').hexdigest().encode()
    assert attributes["lastModification"]["actor"] == "external"
    assert attributes["lastModificationSignature"] == of(
        struct.pack(">ii", 1, 1), b"\0\0\1", content, b"lastModification", stamp
    )


async def test_a_right_signature_is_left_alone_and_a_rewritten_one_settles(
    gateway: SimulatedGateway,
    ask: Ask,
    resource: Callable[[str], Resource],
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    resource("Right").write(view_json="{}")
    resource("Bare").write(view_json="{}")
    resource("Bare").manifest.write_text('{"scope": "G", "version": 1, "files": ["view.json"]}')
    before = resource("Right").manifest.read_bytes()
    await nursery.start(gateway.background)
    await ask.scanned()
    await ask.scanned()
    assert gateway.rewritten == ["projects/Plant/views/Bare/resource.json"]
    assert resource("Right").manifest.read_bytes() == before


async def test_the_external_collection_is_read_only_for_the_gateway(
    gateway: SimulatedGateway, ask: Ask, data: Path, nursery: trio.Nursery, autojump_clock: MockClock
) -> None:
    for collection in ("external", "core"):
        Resource(data / f"config/resources/{collection}/ignition/x").manifest.write_text('{"files": []}')
    await nursery.start(gateway.background)
    await ask.scanned("config")
    assert gateway.rewritten == ["config/resources/core/ignition/x/resource.json"]
    assert (data / "config/resources/external/ignition/x/resource.json").read_text() == '{"files": []}'


async def test_what_is_rewritten_leaves_no_temporary_file(
    gateway: SimulatedGateway,
    ask: Ask,
    resource: Callable[[str], Resource],
    nursery: trio.Nursery,
    autojump_clock: MockClock,
) -> None:
    resource("Bare").manifest.write_text('{"files": []}')
    await nursery.start(gateway.background)
    await ask.scanned()
    assert [path.name for path in resource("Bare").folder.iterdir()] == ["resource.json"]


def test_a_manifest_that_somebody_replaces_meanwhile_is_not_written_over(
    data: Path, resource: Callable[[str], Resource]
) -> None:
    made = resource("A")
    made.write(view_json="{}")
    (made.folder / "view.json").write_text("edited")
    halt = made.folder / "resource.json.tmp"
    os.mkfifo(halt)  # the gateway stops here, with its own version in hand
    gateway = threading.Thread(target=lambda: Tree(data, "projects").scan(0, own_folders=False))
    gateway.start()
    with halt.open() as released:
        theirs = made.signed({"view.json": "edited"})
        (made.folder / "new").write_text(theirs)
        (made.folder / "new").replace(made.manifest)
        released.read()
    gateway.join()
    assert made.manifest.read_text() == theirs
    assert sorted(path.name for path in made.folder.iterdir()) == ["resource.json", "view.json"]
