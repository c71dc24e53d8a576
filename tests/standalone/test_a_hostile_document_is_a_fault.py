"""What a YAML file can be at its worst is a fault with its place: no exception, no endless reading, no leaked value."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoker.standalone.documents import read_documents

FOLDED = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


def faults(path: Path, text: str) -> list[str]:
    path.write_text(text)
    documents, found = read_documents([path])
    assert not documents
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: &b [*b]\n", "line 2: is not YAML: an alias stands inside what it names"),
        (FOLDED, "holds more than 500000 values, aliases included"),
        ("[" * 2000, "line 1: is not YAML: nests deeper than 64 levels"),
        ('{"a":' * 2000, "line 1: is not YAML: nests deeper than 64 levels"),
    ],
)
def test_what_unfolds_without_end_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (fault,) = faults(tmp_path / "a.yaml", text)
    assert said in fault


@pytest.mark.parametrize("value", ["0x_", "1" * 5000, "!!int x", "!!bool x", '"\\ud800"'])
def test_a_value_that_is_not_what_it_says_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    (fault,) = faults(tmp_path / "a.yaml", f"a: 1\nb: {value}\n")
    assert "line 2: is not YAML: a value here cannot be read" in fault
    assert "put quotes round it" in fault


@pytest.mark.parametrize("value", ["!!set {a}", "!!binary aGk=", "!!omap [a: 1]", "{1: a, b: c}"])
def test_what_no_object_can_hold_is_refused(tmp_path: Path, value: str) -> None:
    (fault,) = faults(tmp_path / "a.yaml", f"a: {value}\n")
    assert "line 1" in fault
    assert "quotes" in fault


@pytest.mark.parametrize("value", ["*pass-w0rd", "!pass-w0rd x", "!pass-w0rd!x y"])
def test_a_password_that_yaml_takes_for_a_sign_is_not_repeated(tmp_path: Path, value: str) -> None:
    (fault,) = faults(tmp_path / "a.yaml", f"stringData:\n  key: {value}\n")
    assert "line 2" in fault
    assert "needs quotes" in fault
    assert "pass-w0rd" not in fault


def test_a_device_that_never_ends_is_read_up_to_the_bound() -> None:
    documents, found = read_documents([Path("/dev/zero")])
    assert not documents
    assert found == ["/dev/zero: is larger than 8 MiB, which no manifest is"]


def test_an_honest_alias_and_a_merge_key_still_mean_what_they_say(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\n")
    documents, found = read_documents([tmp_path / "a.yaml"])
    assert not found
    assert documents[0].body == {"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}
