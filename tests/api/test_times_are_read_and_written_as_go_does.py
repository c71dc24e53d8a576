"""RFC 3339 times and Go durations: what users and older agents write is read, what we write they can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoker.api.times import go_duration, parse_go_duration, parse_rfc3339, rfc3339

EARLY = datetime(2, 1, 1)  # noqa: DTZ001 - hypothesis wants its bounds naive
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("60s", 60),
        ("1h30m", 5400),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("5.s", 5),
        ("250ms", 0.25),
        ("3us", 3e-6),
        ("3µs", 3e-6),
        ("3μs", 3e-6),
        ("7ns", 7e-9),
        ("+5m", 300),
        ("-5m", -300),
        ("0", 0),
        ("1m1m", 120),
        ("2562047h", 9223369200),
    ],
)
def test_a_duration_that_go_parses_has_its_seconds(text: str, seconds: float) -> None:
    assert parse_go_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "60",
        "s",
        "-",
        "1d",
        "1 h",
        " 60s",
        "60s ",
        "60s\n",
        "1,5h",
        "1h30",
        ".s",
        "5S",
        "١s",
        "1e3s",
        "2562048h",
    ],
)
def test_a_duration_that_go_refuses_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write one like 30s, 5m or 1h30m"):
        parse_go_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.0004, "0s"),
        (0.85, "850ms"),
        (1, "1s"),
        (1.2, "1.2s"),
        (59.9996, "1m0s"),
        (60, "1m0s"),
        (123.5, "2m3.5s"),
        (3600, "1h0m0s"),
        (86461.25, "24h1m1.25s"),
    ],
)
def test_a_duration_is_written_as_go_prints_it(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


@given(st.floats(min_value=0, max_value=1e7))
def test_a_written_duration_reads_back_to_the_millisecond(seconds: float) -> None:
    assert parse_go_duration(go_duration(seconds)) == pytest.approx(seconds, abs=0.00051)


def test_a_time_is_written_in_utc() -> None:
    assert rfc3339(MOMENT.astimezone(timezone(timedelta(hours=2)))) == "2026-01-02T03:04:05Z"


def test_two_requests_in_one_second_have_different_times() -> None:
    texts = {rfc3339(MOMENT + timedelta(microseconds=step), fraction=True) for step in range(3)}
    assert texts == {"2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678902Z", "2026-01-02T03:04:05.678903Z"}


def test_a_whole_second_still_carries_a_fraction_when_asked() -> None:
    assert rfc3339(MOMENT.replace(microsecond=0), fraction=True) == "2026-01-02T03:04:05.000000Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05Z", MOMENT.replace(microsecond=0)),
        ("2026-01-02t03:04:05z", MOMENT.replace(microsecond=0)),
        ("2026-01-02T05:04:05+02:00", MOMENT.replace(microsecond=0)),
        ("2026-01-02 03:04:05.678901Z", MOMENT),
        ("2026-01-02T03:04:05.678901234Z", MOMENT),  # Go writes nanoseconds
        ("2026-01-02T03:04:05.6Z", MOMENT.replace(microsecond=600000)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),  # Go's zero time
    ],
)
def test_a_time_of_any_writer_is_read(text: str, moment: datetime) -> None:
    assert parse_rfc3339(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-13-02T03:04:05Z",
        "2026-01-02T25:04:05Z",
        "2026-01-02T03:04:05+9999",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        "٢٠٢٦-01-02T03:04:05Z",
    ],
)
def test_what_is_no_time_is_a_value_error_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no RFC 3339 time|is outside the calendar|must be in"):
        parse_rfc3339(text)


@given(st.datetimes(EARLY, EARLY.replace(year=9998), timezones=st.timezones()))
def test_every_written_time_reads_back(moment: datetime) -> None:
    assert parse_rfc3339(rfc3339(moment, fraction=True)) == moment.astimezone(UTC)


@given(st.text())
def test_no_text_makes_reading_raise_anything_else(text: str) -> None:
    for read in (parse_rfc3339, parse_go_duration):
        try:
            read(text)
        except ValueError:
            continue
