"""What is no review is answered with 400 and told in the log; nothing that is posted crashes the webhook."""

from __future__ import annotations

import json
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from stoker.admission import review as reviews
from stoker.admission.app import BODY_LIMIT
from tests.admission.conftest import PAIR, PATH, review
from tests.admission.pods import pod

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.admission.conftest import Webhook

MIB = 1024 * 1024
GOOD = review(pod())


def without(*path: str, **instead: Any) -> bytes:
    """The good review with one field gone, or with other fields of the request."""
    body = json.loads(json.dumps(GOOD))
    body["request"] |= instead
    here = body
    for step in path[:-1]:
        here = here[step]
    if path:
        del here[path[-1]]
    return json.dumps(body).encode()


MALFORMED = {
    "empty": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "null": b"null",
    "cut": json.dumps(GOOD).encode()[:-20],
    "more after it": json.dumps(GOOD).encode() + b"{}",
    "not UTF-8": b'{"apiVersion": "\xff"}',
    "no version": without("apiVersion"),
    "no kind": without("kind"),
    "another version": json.dumps(GOOD | {"apiVersion": "admission.k8s.io/v1beta1"}).encode(),
    "another kind": json.dumps(GOOD | {"kind": "ConversionReview"}).encode(),
    "no request": without("request"),
    "no uid": without("request", "uid"),
    "empty uid": without(uid=""),
    "uid is a number": without(uid=5),
    "no namespace": without("request", "namespace"),
    "a path for a namespace": without(namespace="a/../../b"),
    "pod is no object": without(object="pod"),
    "pod is null": without(object=None),
    "annotations are no texts": without(object={"metadata": {"annotations": {"a": 1}}}),
    "containers are no list": without(object={"spec": {"containers": {}}}),
    "too deep": b'{"request": ' + b"[" * 100_000,
    "too deep in the pod": without(object="@").replace(b'"@"', b'{"x":' * 50_000 + b"1" + b"}" * 50_000),
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=list(MALFORMED))
async def test_it_is_answered_with_400(webhook: Webhook, logged: Callable[[], list[Any]], body: bytes) -> None:
    answer = await webhook.post(body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("no AdmissionReview that can be answered: ")
    (line,) = [line for line in logged() if line["event"] == "review_refused"]
    assert (line["level"], line["status"]) == ("warning", 400)
    assert webhook.counted("error", "") == 1
    assert (await webhook.ask()).injected


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/yaml", "application/jsonx", "multipart/form-data; a=b"]
)
async def test_another_content_type_is_400(webhook: Webhook, kind: str) -> None:
    answer = await webhook.post(json.dumps(GOOD).encode(), kind=kind)
    assert (answer.status_code, "must be application/json" in answer.text) == (400, True)


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
async def test_json_is_json_however_it_is_written(webhook: Webhook, kind: str) -> None:
    assert (await webhook.post(json.dumps(GOOD).encode(), kind=kind)).status_code == 200


async def sent(webhook: Webhook, *parts: bytes) -> bytes:
    """What a request of these parts is answered with, however early."""
    port = int(webhook.url.rpartition(":")[2])
    trusting = ssl.create_default_context(cadata=PAIR[0].decode())
    async with await trio.open_ssl_over_tcp_stream("localhost", port, ssl_context=trusting) as stream:
        with trio.fail_after(20), suppress(trio.BrokenResourceError):
            for part in (b"POST /mutate-v1-pod HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n", *parts):
                await stream.send_all(part)
        said = bytearray()
        with trio.fail_after(20), suppress(trio.BrokenResourceError):  # it closes without a word of TLS
            async for chunk in stream:
                said += chunk
        return bytes(said)


async def test_three_mib_are_400_and_less_is_read(webhook: Webhook) -> None:
    whole = json.dumps(GOOD).encode()
    assert (await webhook.post(whole + b" " * (BODY_LIMIT - len(whole)))).status_code == 200
    said = await sent(webhook, b"Content-Length: %d\r\n\r\n" % (3 * MIB))
    assert (said.split()[1], b"more than 3 MiB" in said) == (b"400", True)
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"
    said = await sent(webhook, b"Transfer-Encoding: chunked\r\n\r\n", chunk, chunk, chunk)
    assert (said.split()[1], webhook.counted("error", "")) == (b"400", 2)


async def test_another_page_or_method_is_said_so(webhook: Webhook) -> None:
    assert (await webhook.post(b"{}", path="/")).status_code == 404
    answer = await webhook.http.get(webhook.url + PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_the_log_is_not_filled_by_strangers(webhook: Webhook, logged: Callable[[], list[Any]]) -> None:
    for _ in range(50):
        await webhook.post(b"secret-body")
    assert len([line for line in logged() if line["event"] == "review_refused"]) == 1
    assert "secret-body" not in str(logged())
    assert webhook.counted("error", "") == 50


async def test_a_sender_that_hangs_up_harms_nobody(webhook: Webhook) -> None:
    port = int(webhook.url.rpartition(":")[2])
    for _ in range(5):
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(b"POST /mutate-v1-pod HTTP/1.1\r\n")
    assert (await webhook.ask()).injected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=200) | st.builds(lambda value: json.dumps(value).encode(), json_values))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    with pytest.raises(reviews.Malformed):
        reviews.read(body)


@given(st.sampled_from(["metadata", "spec", "status"]), json_values)
def test_no_pod_raises_anything_else(field: str, value: Any) -> None:
    body = json.dumps(review({**pod(), field: value})).encode()
    with suppress(reviews.Malformed):
        reviews.read(body)
