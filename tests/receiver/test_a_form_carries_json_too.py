"""GitHub's other content type, which is the one of a webhook for which nobody chose: the JSON in a form's field."""

from __future__ import annotations

import json
import tracemalloc
from urllib.parse import urlencode

import pytest

from stoker.receiver.payloads import read
from stoker.receiver.said import Malformed, Ping, Retarget
from tests.receiver.conftest import Served, github, pushed
from tests.receiver.samples import NAMES, Sample, sample

FORM = "application/x-www-form-urlencoded"
SENDERS = [name for name in NAMES if name.startswith("github")]


def in_a_form(body: bytes, **beside: str) -> bytes:
    return urlencode({"payload": body.decode(), **beside}).encode()


@pytest.mark.parametrize("name", SENDERS)
def test_it_says_what_the_same_json_says(name: str) -> None:
    known: Sample = sample(name)
    body = json.dumps(json.loads(known.raw) | {"odd": 'ä€😀 + % = & "\\n" %41 =41'}, ensure_ascii=False).encode()
    assert read(known.lower | {"content-type": FORM}, in_a_form(body)) == read(known.lower, body)


def test_other_fields_and_parameters_of_the_type_do_no_harm() -> None:
    headers = {"x-github-event": "ping", "content-type": FORM.title() + "; charset=utf-8"}
    assert read(headers, b"a=1&" + in_a_form(b"{}", b="2")) == Ping("github")


def test_json_that_is_called_a_form_is_json_for_so_curl_sends_it() -> None:
    assert read({"content-type": FORM}, b'{"ref": "v1"}') == Retarget("generic", "v1")


@pytest.mark.parametrize(
    "raw", [b"", b"payload", b"payload=", b"payload=%7b", b"payload=%", b"body=%7b%7d", b"\xff=&="]
)
def test_a_form_without_json_is_not_understood(raw: bytes) -> None:
    assert isinstance(read({"x-github-event": "push", "content-type": FORM}, raw), Malformed)


def test_a_form_of_escapes_takes_no_object_for_each() -> None:
    form = in_a_form(json.dumps({"ref": "v1", "odd": "%" * 1_000_000}).encode())
    tracemalloc.start()
    try:
        assert read({"content-type": FORM}, form) == Retarget("generic", "v1")
        assert tracemalloc.get_traced_memory()[1] < 8 * len(form)
    finally:
        tracemalloc.stop()


async def test_the_signature_is_over_the_form_as_it_was_sent(receiver: Served) -> None:
    form = in_a_form(pushed())
    answer = await receiver.post(form, github(form) | {"Content-Type": FORM})
    assert (answer.status_code, answer.json()["accepted"]) == (202, True)
    forged = await receiver.post(form, github(pushed()) | {"Content-Type": FORM})
    assert forged.status_code == 401
