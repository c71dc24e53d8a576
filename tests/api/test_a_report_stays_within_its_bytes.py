"""Reports: bounded in bytes, lists cut first and counted, and those of older agents read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoker.api.handoff import KIB, report_limit
from stoker.api.reports import ERROR_LIMIT, Report, decode_report

TEXT = st.text(st.characters(), max_size=300)
REPORTS = st.builds(
    Report,
    sync_status=st.sampled_from(["Pending", "Synced", "Error"]),
    synced_commit=st.just("a" * 40),
    synced_ref=TEXT,
    last_scan_result=TEXT,
    error_message=st.text(st.characters(), max_size=3000),
    pod_uid=st.just("0" * 36),
    profile_name=TEXT,
    gateway_name=TEXT,
    projects_synced=st.none() | st.lists(TEXT, max_size=50),
    drift_files=st.integers(0, 10**9),
    drift_paths=st.none() | st.lists(TEXT, max_size=50),
)
FULL = Report(
    sync_status="Synced",
    synced_commit="a" * 40,
    synced_ref="refs/heads/main",
    last_sync_time="2026-01-02T03:04:05Z",
    last_sync_duration="1.2s",
    agent_version="0.1.0",
    last_scan_result="projects=200 config=200",
    files_changed=3,
    projects_synced=["north", "south"],
    error_message="one",
    pod_uid="u-1",
    profile_name="default",
    dry_run=True,
    dry_run_diff_added=1,
    dry_run_diff_modified=2,
    dry_run_diff_deleted=3,
    designer_sessions_blocked=True,
    gateway_name="gw",
    drift_files=2,
    drift_paths=["projects/a", "projects/b"],
)


def test_the_keys_are_the_contract_s() -> None:
    assert json.loads(FULL.encode(8 * KIB)) == {
        "syncStatus": "Synced",
        "syncedCommit": "a" * 40,
        "syncedRef": "refs/heads/main",
        "lastSyncTime": "2026-01-02T03:04:05Z",
        "lastSyncDuration": "1.2s",
        "agentVersion": "0.1.0",
        "lastScanResult": "projects=200 config=200",
        "filesChanged": 3,
        "projectsSynced": ["north", "south"],
        "errorMessage": "one",
        "podUID": "u-1",
        "profileName": "default",
        "dryRun": True,
        "dryRunDiffAdded": 1,
        "dryRunDiffModified": 2,
        "dryRunDiffDeleted": 3,
        "designerSessionsBlocked": True,
        "gatewayName": "gw",
        "driftFiles": 2,
        "driftPaths": ["projects/a", "projects/b"],
    }


def test_what_scripts_ask_every_report_for_is_in_every_report() -> None:
    assert json.loads(Report().encode(8 * KIB)) == {
        "syncStatus": "Pending",
        **dict.fromkeys(("syncedCommit", "syncedRef", "lastSyncTime", "lastSyncDuration"), ""),
        **dict.fromkeys(("agentVersion", "lastScanResult"), ""),
        "filesChanged": 0,
        "projectsSynced": [],
    }


def test_a_report_reads_back() -> None:
    assert decode_report(FULL.encode(8 * KIB)) == FULL


@given(REPORTS, st.integers(160, 8 * KIB))
def test_no_report_passes_its_limit_and_all_decode(report: Report, limit: int) -> None:
    text = report.encode(limit)
    read = decode_report(text)
    assert len(text.encode()) <= limit
    assert read is not None
    assert (read.sync_status, read.synced_commit, read.pod_uid) == (report.sync_status, "a" * 40, "0" * 36)
    assert len(read.error_message.encode()) <= ERROR_LIMIT


@pytest.mark.parametrize(("pods", "limit"), [(0, 8 * KIB), (1, 8 * KIB), (112, 8 * KIB), (113, 8155), (1000, 921)])
def test_the_limit_is_the_smaller_of_8_kib_and_a_share_of_900(pods: int, limit: int) -> None:
    assert report_limit(pods) == limit


@pytest.mark.parametrize("character", ["x", "ä", "€", "😀"])
def test_an_error_is_cut_at_a_kib_of_bytes_and_never_through_a_character(character: str) -> None:
    read = decode_report(Report(error_message=character * 2000).encode(8 * KIB))
    assert read is not None
    assert ERROR_LIMIT - 4 < len(read.error_message.encode()) <= ERROR_LIMIT
    assert set(read.error_message) == {character, "…"}


def test_an_error_of_exactly_a_kib_is_not_cut() -> None:
    read = decode_report(Report(error_message="x" * ERROR_LIMIT).encode(8 * KIB))
    assert read is not None
    assert read.error_message == "x" * ERROR_LIMIT


def test_lists_are_cut_before_the_error_and_say_how_much_is_missing() -> None:
    paths = [f"projects/north/views/{number}/view.json" for number in range(5000)]
    read = decode_report(Report(error_message="e" * 500, drift_files=5000, drift_paths=paths).encode(2 * KIB))
    assert read is not None
    assert read.error_message == "e" * 500
    assert read.drift_paths is not None
    *kept, rest = read.drift_paths
    assert kept == paths[: len(kept)]
    assert rest == f"… and {5000 - len(kept)} more"
    assert len(read.drift_paths) > 20


def test_drift_is_cut_before_projects() -> None:
    report = Report(projects_synced=["p" * 50] * 10, drift_paths=["d" * 50] * 100)
    read = decode_report(report.encode(KIB))
    assert read is not None
    assert read.projects_synced == ["p" * 50] * 10
    assert read.drift_paths is not None
    assert read.drift_paths[-1].startswith("… and ")


def test_cut_lists_use_the_room_there_is() -> None:
    text = Report(drift_paths=["d" * 20] * 1000).encode(4 * KIB)
    assert len(text) > 4 * KIB - 60


def test_a_file_name_that_is_no_utf8_does_not_stop_a_report() -> None:
    name = b"projects/\xff\xfe".decode("utf-8", "surrogateescape")
    read = decode_report(Report(drift_paths=[name], error_message=name).encode(8 * KIB))
    assert read is not None
    assert read.drift_paths == ["projects/??"]
    assert read.error_message == "projects/??"


def test_nulls_and_unknown_fields_of_older_agents_are_tolerated() -> None:
    raw: dict[str, Any] = dict.fromkeys(("projectsSynced", "errorMessage", "filesChanged", "dryRun", "lastSyncTime"))
    read = decode_report(json.dumps({**raw, "syncStatus": "Synced", "syncedCommit": "a" * 40, "ancient": {"x": [1]}}))
    assert read == Report(sync_status="Synced", synced_commit="a" * 40)


def test_numbers_and_booleans_written_as_text_are_read() -> None:
    read = decode_report('{"syncStatus": "Synced", "filesChanged": "3", "dryRun": "true"}')
    assert read == Report(sync_status="Synced", files_changed=3, dry_run=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "5",
        "{",
        '"Synced"',
        '{"syncStatus": 5}',
        '{"syncStatus": "Fine"}',
        '{"filesChanged": "many"}',
        '{"projectsSynced": [null]}',
        '{"projectsSynced": "north"}',
        "[" * 100000,
        '{"a":' * 100000,
    ],
    ids=lambda text: text[:30] or "empty",
)
def test_what_is_no_report_is_none(text: str) -> None:
    assert decode_report(text) is None


@given(st.text(st.characters()) | st.dictionaries(st.sampled_from(["syncStatus", "podUID"]), st.text()).map(json.dumps))
def test_no_text_makes_reading_raise(text: str) -> None:
    decode_report(text)


def test_bytes_are_counted_and_not_characters() -> None:
    read = decode_report(Report(error_message="ä" * 600).encode(8 * KIB))
    assert read is not None
    assert len(read.error_message) == 510 + 1


def test_of_a_small_share_as_much_of_the_error_is_told_as_there_is_room() -> None:
    text = Report(sync_status="Error", error_message='"' * 400, synced_ref="main").encode(500)
    read = decode_report(text)
    assert read is not None
    assert read.synced_ref == "main"
    assert read.error_message.startswith('"' * 150)
    assert read.error_message.endswith("…")


def test_the_state_is_said_also_while_it_is_pending() -> None:
    assert '"syncStatus":"Pending"' in Report().encode(8 * 1024)
