"""What the control group allows, in either version and wherever it stands; nothing where nobody limits anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.observe.allowance import memory_limit

if TYPE_CHECKING:
    from pathlib import Path

SECOND = "0::/kubepods/pod1/c1\n"
FIRST = "9:cpu,cpuacct:/x\n5:memory:/docker/c1\n0::/docker/c1\n"


def limit(root: Path, own: str, **files: str) -> int | None:
    """Of a process whose group is ``own``; ``files``: what stands where, ``__`` for a slash."""
    (root / "own").write_text(own)
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("LIMIT", "memory.limit_in_bytes").replace("MAX", "memory.max")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return memory_limit(root, root / "own")


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        (SECOND, {"kubepods__pod1__c1__MAX": "134217728\n", "MAX": "1\n"}, 134217728),
        (SECOND, {"MAX": "268435456\n"}, 268435456),
        (SECOND, {"MAX": "max\n"}, None),
        (FIRST, {"memory__docker__c1__LIMIT": "5\n", "memory__LIMIT": "6\n"}, 5),
        (FIRST, {"memory__LIMIT": "6\n"}, 6),
        (FIRST, {"memory__LIMIT": "9223372036854771712\n"}, None),
        (FIRST, {}, None),
        ("", {"MAX": "1\n"}, None),
        ("nonsense\n", {"MAX": "1\n"}, None),
    ],
    ids=["own of 2", "root of 2", "none of 2", "own of 1", "root of 1", "none of 1", "no file", "no group", "nonsense"],
)
def test_it_is_what_the_group_says(own: str, files: dict[str, str], expected: int | None, tmp_path: Path) -> None:
    assert limit(tmp_path, own, **files) == expected


def test_where_there_are_no_groups_there_is_no_limit(tmp_path: Path) -> None:
    assert memory_limit(tmp_path / "nowhere", tmp_path / "nothing") is None
