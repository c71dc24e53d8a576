"""Sample repositories have the shape that real ones have, the same bytes every time, and signatures a gateway accepts."""

from __future__ import annotations

import hashlib
import json
import statistics
from typing import TYPE_CHECKING

import pytest

from stoker.standalone.samples import Size, sample_files, write_sample
from stoker.standalone.simulator.resources import Tree

if TYPE_CHECKING:
    from pathlib import Path

SIZES: tuple[Size, ...] = ("S", "M", "L", "XL")
COUNTS = {"S": 200, "M": 1_500, "L": 5_000, "XL": 15_000}
MEGABYTES = {"S": 3, "M": 7, "L": 20, "XL": 75}


@pytest.fixture(scope="module", params=SIZES)
def sample(request: pytest.FixtureRequest) -> tuple[Size, dict[str, bytes]]:
    """One size, as path to content."""
    return request.param, dict(sample_files(request.param))


def test_count_and_weight_are_those_of_the_size(sample: tuple[Size, dict[str, bytes]]) -> None:
    size, files = sample
    assert len(files) == COUNTS[size]
    assert sum(map(len, files.values())) / 1e6 == pytest.approx(MEGABYTES[size], rel=0.05)


def test_most_files_are_small_a_twentieth_is_not_and_one_is_large(sample: tuple[Size, dict[str, bytes]]) -> None:
    sizes = sorted(len(content) for content in sample[1].values())
    assert 400 <= statistics.median(sizes) <= 800
    assert 22_000 <= sizes[int(len(sizes) * 0.95)] <= 35_000
    assert 2_000_000 <= sizes[-1] <= 4_000_000


def test_a_quarter_is_png_and_an_eighth_has_spaces(sample: tuple[Size, dict[str, bytes]]) -> None:
    paths = list(sample[1])
    assert sum(path.endswith(".png") for path in paths) / len(paths) == pytest.approx(0.25, abs=0.01)
    assert 0.10 <= sum(" " in path for path in paths) / len(paths) <= 0.15


def test_paths_are_as_deep_and_as_long_as_they_get(sample: tuple[Size, dict[str, bytes]]) -> None:
    assert max(path.count("/") + 1 for path in sample[1]) == 16
    assert max(map(len, sample[1])) == 219


def test_what_should_be_json_is(sample: tuple[Size, dict[str, bytes]]) -> None:
    for path, content in sample[1].items():
        if path.endswith(".json"):
            assert isinstance(json.loads(content), dict)


def test_the_same_seed_gives_the_same_bytes_and_another_other_ones() -> None:
    def digest(seed: int) -> str:
        return hashlib.sha256(repr(list(sample_files("S", seed=seed))).encode()).hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_it_is_written_as_told_and_a_gateway_finds_nothing_to_rewrite(tmp_path: Path) -> None:
    assert write_sample(tmp_path, "S") == 200
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == dict(
        sample_files("S")
    ).keys()
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))
    seen = Tree(tmp_path, "projects").scan(0, own_folders=False)
    assert (seen.resources > 60, seen.rewritten, seen.half_written) == (True, [], [])
