"""Lines of a watch, however the network cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoker.kube.http.lines import Lines, TooLong


@given(
    st.lists(st.binary(min_size=1, max_size=30).map(lambda raw: raw.replace(b"\n", b"x").strip() or b"y")), st.data()
)
def test_every_cut_gives_the_same_lines(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    taken: list[bytes] = []
    reader = Lines(1000)
    at = 0
    while at < len(stream):
        size = data.draw(st.integers(1, len(stream) - at))
        taken += reader.feed(stream[at : at + size])
        at += size
    assert taken == lines
    assert not reader.unfinished


def test_half_a_line_is_no_line() -> None:
    reader = Lines(100)
    assert list(reader.feed(b"one\ntw")) == [b"one"]
    assert reader.unfinished
    assert list(reader.feed(b"o\n")) == [b"two"]


def test_empty_lines_and_carriage_returns_are_nothing() -> None:
    assert list(Lines(100).feed(b"\n\r\none\r\n\n")) == [b"one"]


def test_a_line_without_end_is_given_up() -> None:
    reader = Lines(100)
    for _ in range(10):
        list(reader.feed(b"0123456789"))
    with pytest.raises(TooLong):
        list(reader.feed(b"0"))
