"""YAML files, folders and lists become documents; what cannot be read is a fault with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.standalone.documents import fingerprint, read_documents

if TYPE_CHECKING:
    from pathlib import Path


def test_an_unquoted_timestamp_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("at: 2026-01-02T03:04:05Z\n")
    documents, faults = read_documents([path])
    assert not faults
    assert documents[0].body == {"at": "2026-01-02T03:04:05Z"}


def test_an_unquoted_time_of_day_stays_text_and_numbers_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("at: 6:30\nlong: 10:20:30.5\nport: 8088\nmode: 0444\nhex: 0x1f\nshare: 0.5\n")
    documents, _ = read_documents([path])
    assert documents[0].body == {
        "at": "6:30",
        "long": "10:20:30.5",
        "port": 8088,
        "mode": 0o444,
        "hex": 31,
        "share": 0.5,
    }


def test_json_is_read_that_is_no_yaml(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{\n\t"kind": "A",\n\t"note": "\\ud83d\\ude00", "share": 1e-1\n}{"kind": "B"}\n\n{"kind": "C"}\n')
    documents, faults = read_documents([path])
    assert not faults
    assert [(d.body["kind"], d.place.number) for d in documents] == [("A", 1), ("B", 2), ("C", 3)]
    assert documents[0].body == {"kind": "A", "note": "\U0001f600", "share": 0.1}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' is written twice"),
        ('{"a": ' + "[" * 70 + "]" * 70 + "}", "nests deeper than 64 levels"),
        ('{"a": ' + "[" * 90_000, "nests deeper than 64 levels"),
        ('{"a": [' + "0," * 500_000 + "0]}", "holds more than 500000 values"),
        ('{"a": "\\ud800"}', "put quotes round it"),
        ('{"a": 1} {"b": ', "is not YAML"),
    ],
    ids=["twice", "deep", "without an end", "large", "half a character", "half an object"],
)
def test_json_is_bounded_as_yaml_is(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    _, faults = read_documents([path])
    assert len(faults) == 1
    assert fault in faults[0]


def test_braces_of_yaml_and_of_both_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text('{kind: A, at: 6:30}\n---\n{"kind": "B"}\n')
    documents, faults = read_documents([path])
    assert not faults
    assert [d.body for d in documents] == [{"kind": "A", "at": "6:30"}, {"kind": "B"}]


def test_empty_documents_are_passed_over_and_numbers_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("---\n# nothing\n---\nkind: A\n---\nkind: B\n")
    documents, _ = read_documents([path])
    assert [(d.body["kind"], d.place.number) for d in documents] == [("A", 2), ("B", 3)]


def test_a_list_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"kind": "List", "apiVersion": "v1", "items": [{"kind": "A"}, {"kind": "B"}]}')
    documents, _ = read_documents([path])
    assert [d.body["kind"] for d in documents] == ["A", "B"]


def test_a_list_of_one_kind_says_the_kind_of_its_items(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"kind": "GatewaySyncList", "apiVersion": "stoker.io/v1alpha1", "items": [{"metadata": {}}]}')
    documents, _ = read_documents([path])
    assert [d.body for d in documents] == [{"apiVersion": "stoker.io/v1alpha1", "kind": "GatewaySync", "metadata": {}}]


def test_a_folder_means_its_yaml_and_json_files(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "c.txt", "d.json", ".hidden.yaml"):
        (tmp_path / name).write_text(f"kind: {name}\n")
    documents, _ = read_documents([tmp_path])
    assert [d.body["kind"] for d in documents] == ["a.yaml", "b.yml", "d.json"]


def test_every_unreadable_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [1\nb: 2\n")
    (tmp_path / "text.yaml").write_text("just text\n")
    (tmp_path / "twice.yaml").write_text("a: 1\na: 2\n")
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff\n")
    _, faults = read_documents([tmp_path, tmp_path / "missing.yaml"])
    assert len(faults) == 5
    assert any("broken.yaml, line 2: is not YAML" in fault for fault in faults)
    assert any("text.yaml, document 1: is not an object" in fault for fault in faults)
    assert any("'a' is written twice" in fault for fault in faults)
    assert any("latin.yaml: is not UTF-8" in fault for fault in faults)
    assert any("missing.yaml: no such file or folder" in fault for fault in faults)


def test_the_fingerprint_follows_edits_and_new_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    marks = [fingerprint([tmp_path])]
    (tmp_path / "a.yaml").write_text("a: 22\n")
    marks.append(fingerprint([tmp_path]))
    (tmp_path / "b.yaml").write_text("b: 1\n")
    marks.append(fingerprint([tmp_path]))
    (tmp_path / "b.yaml").unlink()
    marks.append(fingerprint([tmp_path]))
    assert len(set(marks)) == 3
    assert marks[1] == marks[3]


def test_the_fingerprint_follows_who_may_read_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")
    path.chmod(0o200)
    before = fingerprint([path])
    path.chmod(0o600)
    assert fingerprint([path]) != before
