"""The form of a log line: fields, order, level, and what a library or an error adds."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stoker.errors import SettingsInvalid
from stoker.observe.logs import get_logger

if TYPE_CHECKING:
    from tests.observe.conftest import Lines


def test_every_field_in_a_stable_order(lines: Lines) -> None:
    context = {"error": "e", "added": 1, "duration_s": 0.1, "trigger": "push", "ref": "main", "commit": "c"}
    get_logger("agent.sync", **context).info("sync_completed", gateway="g", name="n", namespace="ns")
    (line,) = lines.objects
    assert list(line) == [
        *("timestamp", "level", "event", "logger", "namespace", "name", "gateway"),
        *("commit", "ref", "trigger", "duration_s", "error", "added"),
    ]
    assert (line["level"], line["event"], line["logger"]) == ("info", "sync_completed", "agent.sync")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["timestamp"])


def test_a_text_of_several_lines_stays_one_line(lines: Lines) -> None:
    get_logger("x").info("e", text="a\nb\r\nc\u2028d")
    assert lines.text.count("\n") == 1
    assert lines.objects[0]["text"] == "a\nb\r\nc\u2028d"


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("INFO", ["info", "warning", "error"]),
        ("warn", ["warning", "error"]),
        ("error", ["error"]),
        ("", ["info", "warning", "error"]),
    ],
)
def test_the_level_filters(lines: Lines, level: str, said: list[str]) -> None:
    lines.configure(level=level)
    for name in ("debug", "info", "warning", "error"):
        getattr(get_logger("x"), name)("e")
    assert [line["level"] for line in lines.objects] == said


def test_an_unknown_level_is_refused_with_the_choice(lines: Lines) -> None:
    with pytest.raises(SettingsInvalid, match="LOG_LEVEL is 'loud': use one of debug, info, warning, warn, error"):
        lines.configure(level="loud")


def test_a_logger_made_before_the_configuration_follows_it(lines: Lines) -> None:
    log = get_logger("early", gateway="g")
    lines.configure(level="error")
    log.info("unheard")
    log.error("heard")
    assert [(line["event"], line["gateway"]) for line in lines.objects] == [("heard", "g")]


def test_values_that_json_does_not_know_are_printed(lines: Lines) -> None:
    get_logger("x").info("e", path=Path("/a"), many={"b"}, deep={"k": [Path("/c")]}, none=None, yes=True)
    line = lines.objects[0]
    assert (line["path"], line["many"], line["deep"], line["none"], line["yes"]) == (
        "/a",
        ["b"],
        {"k": ["/c"]},
        None,
        True,
    )


def test_an_error_brings_its_traceback(lines: Lines) -> None:
    try:
        raise KeyError("x")
    except KeyError:
        get_logger("x").exception("service_failed")
    line = lines.objects[0]
    assert line["level"] == "error"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("KeyError: 'x'")


def test_a_library_speaks_in_our_form_when_something_is_wrong(lines: Lines) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET")
    logging.getLogger("hypercorn.error").error("broken %s", "pipe")
    (line,) = lines.objects
    assert (line["event"], line["logger"], line["error"]) == ("library_error", "hypercorn.error", "broken pipe")


def test_a_library_that_quotes_at_length_is_cut(lines: Lines) -> None:
    logging.getLogger("hypercorn.error").error("x" * 10_000)
    assert lines.objects[0]["error"] == "x" * 500


def test_a_librarys_traceback_is_kept(lines: Lines) -> None:
    try:
        raise ValueError("inside")
    except ValueError:
        logging.getLogger("hypercorn.error").exception("Error in ASGI Framework")
    assert lines.objects[0]["exception"].endswith("ValueError: inside")


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("told", "for_people"), [(None, True), (False, False)])
def test_a_terminal_gets_lines_for_people_unless_told_otherwise(
    lines: Lines, told: bool | None, for_people: bool
) -> None:
    lines.stream = Terminal()
    lines.configure(dev=told)
    get_logger("x").info("it_happened")
    assert lines.text.startswith("{") != for_people


def test_lines_for_people(lines: Lines) -> None:
    lines.configure(dev=True)
    try:
        secret_local = "hunter2-hunter2"
        raise KeyError(len(secret_local))
    except KeyError:
        get_logger("x").exception("service_failed", gateway="g")
    assert "service_failed" in lines.text
    assert "gateway=g" in lines.text
    assert "KeyError: 15" in lines.text
    assert "secret_local =" not in lines.text.replace('secret_local = "hunter2-hunter2"', "")
    assert "\x1b[" not in lines.text
