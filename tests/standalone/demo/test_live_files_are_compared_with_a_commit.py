"""What the demo takes for a difference, and what it leaves to the gateway."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from stoker.standalone.demo.compare import compare

if TYPE_CHECKING:
    from pathlib import Path

WANTED = {"Line/view.json": b"{}", "Line/resource.json": b'{"version": 1, "attributes": {}}'}


def live(root: Path, **others: bytes) -> None:
    for path, content in (WANTED | others).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def test_the_same_files_are_no_difference(tmp_path: Path) -> None:
    live(tmp_path)
    assert not compare(WANTED, tmp_path)


def test_a_wrong_a_missing_and_a_surplus_file_are_named(tmp_path: Path) -> None:
    live(tmp_path, **{"Line/view.json": b"{ }", "Line/more.json": b""})
    (tmp_path / "Line/resource.json").unlink()
    told = compare(WANTED, tmp_path)
    assert (told.wrong, told.missing, told.surplus) == (
        ("Line/view.json",),
        ("Line/resource.json",),
        ("Line/more.json",),
    )
    assert str(told).startswith("1 differ (such as Line/view.json), 1 missing")


def test_the_gateways_own_files_are_none_of_the_commits(tmp_path: Path) -> None:
    live(tmp_path, **{"Line/.resources/digest": b"", "Line/resource.json.tmp": b"{"})
    assert not compare(WANTED, tmp_path)


def test_a_resource_that_only_bears_the_gateways_stamp_is_the_same(tmp_path: Path) -> None:
    stamped = {"version": 1, "attributes": {"lastModification": {"actor": "external"}}}
    live(tmp_path, **{"Line/resource.json": json.dumps(stamped).encode()})
    told = compare(WANTED, tmp_path)
    assert not told
    assert told.stamped == 1
