"""Histories: the last ten, within the limit, saying how many paths were left out; what cannot be read is left out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoker.api.handoff import KIB, history_limit
from stoker.api.reports import HistoryEntry, decode_history, encode_history

TEXT = st.text(st.characters(), max_size=200)
PATHS = st.lists(TEXT, max_size=60)
ENTRIES = st.builds(
    HistoryEntry,
    at=TEXT,
    trigger=TEXT,
    ref=TEXT,
    commit=TEXT,
    author=TEXT,
    subject=TEXT,
    added_paths=PATHS,
    modified_paths=PATHS,
    deleted_paths=PATHS,
    kept_paths=PATHS,
    error=TEXT,
)


def entry(number: int = 0, **more: object) -> HistoryEntry:
    return HistoryEntry(at=f"t{number}", trigger="push", ref="main", commit="a" * 40, **more)  # type: ignore[arg-type]


def test_the_keys_are_the_contract_s() -> None:
    full = entry(
        author="Ann",
        subject="Mend the pump",
        result="success",
        duration="1.2s",
        added=1,
        modified=2,
        deleted=3,
        added_paths=["a"],
        modified_paths=["b"],
        deleted_paths=["c"],
        kept_paths=["d"],
        paths_left_out=4,
        error="none",
    )
    (read,) = json.loads(encode_history([full], 16 * KIB))
    assert " ".join(read) == (
        "at trigger ref commit author subject result duration added modified deleted"
        " addedPaths modifiedPaths deletedPaths keptPaths pathsLeftOut error"
    )
    assert decode_history(json.dumps([read])) == [full]


def test_the_last_ten_are_kept_newest_last() -> None:
    kept = decode_history(encode_history([entry(number) for number in range(25)], 16 * KIB))
    assert [item.at for item in kept] == [f"t{number}" for number in range(15, 25)]


@given(st.lists(ENTRIES, max_size=14), st.integers(2, 16 * KIB))
def test_no_history_passes_its_limit_and_all_decode(entries: list[HistoryEntry], limit: int) -> None:
    text = encode_history(entries, limit)
    assert len(text.encode()) <= limit
    assert len(decode_history(text)) == len(json.loads(text)) <= 10


@given(st.lists(ENTRIES, min_size=1, max_size=3))
def test_every_path_is_there_or_counted(entries: list[HistoryEntry]) -> None:
    def paths(item: HistoryEntry) -> int:
        return sum(map(len, (item.added_paths, item.modified_paths, item.deleted_paths, item.kept_paths)))

    for before, after in zip(entries, decode_history(encode_history(entries, 6 * KIB)), strict=False):
        if len(decode_history(encode_history(entries, 6 * KIB))) == len(entries):
            assert paths(after) + after.paths_left_out == paths(before)


@pytest.mark.parametrize(("pods", "limit"), [(0, 16 * KIB), (1, 16 * KIB), (56, 16 * KIB), (57, 16168), (1000, 921)])
def test_the_limit_is_the_smaller_of_16_kib_and_a_share_of_900(pods: int, limit: int) -> None:
    assert history_limit(pods) == limit


def test_a_first_sync_of_a_large_repository_keeps_its_counts_and_some_paths() -> None:
    paths = [f"projects/p{number}/resource.json" for number in range(15_000)]
    (kept,) = decode_history(encode_history([entry(added=15_000, added_paths=paths)], 16 * KIB))
    assert kept.added == 15_000
    assert kept.added_paths == paths[: len(kept.added_paths)]
    assert len(kept.added_paths) + kept.paths_left_out == 15_000
    assert len(kept.added_paths) > 100


def test_a_long_list_is_cut_before_a_short_one_and_before_any_entry_goes() -> None:
    entries = [entry(0, added_paths=["short"]), entry(1, added_paths=["p" * 50] * 500)]
    kept = decode_history(encode_history(entries, 2 * KIB))
    assert [item.at for item in kept] == ["t0", "t1"]
    assert kept[0].added_paths == ["short"]


def test_without_room_the_oldest_goes_first() -> None:
    kept = decode_history(encode_history([entry(number) for number in range(10)], 300))
    assert [item.at for item in kept][-1] == "t9"
    assert 1 <= len(kept) < 10


def test_a_novel_in_the_subject_is_cut() -> None:
    (kept,) = decode_history(encode_history([entry(subject="ä" * 5000)], 16 * KIB))
    assert len(kept.subject.encode()) <= 200


def test_a_file_name_that_is_no_utf8_does_not_stop_a_history() -> None:
    name = b"a\xff".decode("utf-8", "surrogateescape")
    (kept,) = decode_history(encode_history([entry(modified_paths=[name])], 16 * KIB))
    assert kept.modified_paths == ["a?"]


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[", "5", '["x"]', "[{}]", "[null]", "[" * 100_000], ids=lambda t: t[:9]
)
def test_what_is_no_history_is_empty(text: str) -> None:
    assert decode_history(text) == []


def test_one_unreadable_entry_does_not_hide_the_others() -> None:
    good = json.loads(encode_history([entry()], KIB))
    assert decode_history(json.dumps([{"at": 5}, *good, "x"])) == [entry()]
