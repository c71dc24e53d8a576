"""docs/reference/logs.md tells of every event that the code can log, and of no other; a new line without a meaning fails here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reference import lines, spoken

if TYPE_CHECKING:
    from pathlib import Path

TOLD = [event for section in lines.SECTIONS.values() for event in section]


def read(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> dict[str, spoken.Spoken]:
    """What a package with one module can say."""
    (folder / "room").mkdir()
    (folder / "room/module.py").write_text(code)
    monkeypatch.setattr(spoken, "ROOT", folder)
    return spoken.spoken.__wrapped__()


def test_every_event_has_a_meaning_and_nothing_else_has() -> None:
    assert sorted(TOLD) == list(spoken.spoken())


def test_fields_that_the_code_makes_elsewhere_are_told() -> None:
    assert {event for event, said in spoken.spoken().items() if said.open} - lines.ALSO.keys() == set()
    assert lines.ALSO.keys() - set(TOLD) == set()


def test_a_line_is_found_under_another_name_and_in_a_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "def f(log, x):\n    say = log.info if x else log.warning\n    say('it_happened', what=x)\n"
    assert read(tmp_path, monkeypatch, said)["it_happened"].levels == {"info", "warning"}


def test_what_a_logger_was_given_is_in_every_line_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = "class A:\n    def __init__(self):\n        self._log = get_logger('a', gateway=1).bind(name=2)\n"
    said = "\n    def f(self):\n        self._log.info('it_happened', what=3)\n"
    assert read(tmp_path, monkeypatch, made + said)["it_happened"].fields == {"gateway", "name", "what"}


def test_a_line_is_found_where_its_name_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "def tell(event):\n    log.info(event)\n\n\ndef f():\n    partial(tell, 'it_happened')\n"
    assert list(read(tmp_path, monkeypatch, said)) == ["it_happened"]


@pytest.mark.parametrize("said", ["f'it_{x}'", "x", "'It happened.'"])
def test_a_name_that_stands_nowhere_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    with pytest.raises(ValueError, match=r"module.py:2: the name of this log line's event stands nowhere"):
        read(tmp_path, monkeypatch, f"def f(log, x):\n    log.info({said})\n")
