"""Not every sender signs the bytes of the body: some the JSON in a form, some the request's id and time before the body."""

from __future__ import annotations

import base64
import tracemalloc
from urllib.parse import urlencode

import pytest

from stoker.receiver.form import SIZE, TYPE, payload
from stoker.receiver.signature import authorized
from stoker.settings import ReceiverSettings
from tests.receiver.conftest import SECRET, Serve, Served, pushed, signature
from tests.receiver.proofs import by_convention

BODY = pushed(odd='ä€😀 + % = & "\\n" %41 =41')
FORM = urlencode({"payload": BODY.decode()}).encode()
BARE = {"gitea": "X-Gitea-Signature", "forgejo": "X-Forgejo-Signature", "gogs": "X-Gogs-Signature"}
KEY = b"thirty-two-bytes-of-a-true-key.."
TOKEN = "whsec_" + base64.b64encode(KEY).decode()
GITLAB = {"X-Gitlab-Event": "Push Hook", "webhook-id": "0b1c", "webhook-timestamp": "1780000000"}


def convention(body: bytes, key: bytes = KEY, moment: str = "1780000000") -> str:
    """As the request 0b1c is signed."""
    return by_convention(GITLAB | {"webhook-timestamp": moment}, body, key)


@pytest.mark.parametrize("sender", BARE)
async def test_in_a_form_the_signature_of_its_json_passes_and_that_of_another_does_not(
    receiver: Served, sender: str
) -> None:
    headers = {f"X-{sender}-Event": "push", "X-GitHub-Event": "push", "Content-Type": TYPE}
    answer = await receiver.post(FORM, headers | {BARE[sender]: signature(BODY)})
    assert (answer.status_code, answer.json()["accepted"]) == (202, True)
    for other in (signature(BODY, "another"), signature(BODY + b" "), signature(b"")):
        assert (await receiver.post(FORM, headers | {BARE[sender]: other})).status_code == 401


@pytest.mark.parametrize("form", [b"", b"other=1", b"payload=", b"a=1&payload=&b=2", b"xpayload=%7B%7D"])
async def test_a_form_that_holds_nothing_is_signed_by_no_digest_of_nothing(receiver: Served, form: bytes) -> None:
    headers = {"X-Gitea-Event": "push", "X-Gitea-Signature": signature(b""), "Content-Type": TYPE}
    assert (await receiver.post(form, headers)).status_code == (401 if form else 400)


def test_a_strangers_form_costs_no_memory_beyond_its_body() -> None:
    settings = ReceiverSettings.from_env({"WEBHOOK_HMAC_SECRET": SECRET})
    body = bytearray(b"payload=" + b"%7B" * 1_000_000)
    tracemalloc.start()
    try:
        assert not authorized(settings, {"content-type": TYPE, "x-gitea-signature": "0" * 64}, body)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [1, 2, 3, SIZE - 1, SIZE, SIZE + 1, SIZE + 2, 3 * SIZE])
@pytest.mark.parametrize("beside", ["", "a=1&", "xpayload=2&"])
def test_a_form_is_decoded_as_it_was_encoded_whatever_its_size(size: int, beside: str) -> None:
    for shift in range(3):
        text = ("x" * shift + "€+ =&%\n" * size)[:size]
        raw = beside.encode() + urlencode({"payload": text}).encode() + b"&b=3"
        assert payload(raw) == payload(bytearray(raw)) == text.encode()


async def test_json_that_is_no_form_is_signed_as_it_is(receiver: Served) -> None:
    headers = {"X-Gitea-Event": "push", "X-Gitea-Signature": signature(BODY), "Content-Type": "application/json"}
    assert (await receiver.post(FORM, headers)).status_code == 401


async def test_gitlabs_signing_token_passes_over_id_time_and_body(serving: Serve) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": TOKEN})
    answer = await served.post(BODY, GITLAB | {"webhook-signature": convention(BODY)})
    assert (answer.status_code, answer.json()["accepted"]) == (202, True)
    two = f"v1a,other {convention(BODY, b'the key of yesterday')} {convention(BODY)}"
    assert (await served.post(BODY, GITLAB | {"webhook-id": "0b1c", "webhook-signature": two})).status_code == 202


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": convention(BODY, b"another key")},
        {"webhook-signature": convention(BODY + b" ")},
        {"webhook-signature": convention(BODY, moment="1780000001")},
        {"webhook-signature": convention(BODY).removeprefix("v1,")},
        {"webhook-signature": "v1,"},
        {"webhook-id": "0b1d"},
        {"webhook-timestamp": ""},
    ],
)
async def test_what_another_signed_or_changed_does_not(serving: Serve, changed: dict[str, str]) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": TOKEN})
    assert (await served.post(BODY, GITLAB | {"webhook-signature": convention(BODY)} | changed)).status_code == 401


async def test_one_secret_serves_who_signs_in_hex_and_who_signs_by_the_convention(serving: Serve) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": f"{TOKEN}\n{SECRET}"})
    for secret in (TOKEN, SECRET):
        assert (await served.push(BODY, secret=secret)).status_code == 202
    for key in (KEY, SECRET.encode()):
        answer = await served.post(BODY, GITLAB | {"webhook-signature": convention(BODY, key)})
        assert answer.status_code == 202


@pytest.mark.parametrize("secret", ["whsec_", "whsec_no base64"])
async def test_a_secret_that_encodes_no_key_is_the_key(serving: Serve, secret: str) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": secret})
    for key, status in ((b"", 401), (secret.encode(), 202)):
        answer = await served.post(BODY, GITLAB | {"webhook-signature": convention(BODY, key)})
        assert answer.status_code == status


async def test_what_is_signed_by_the_convention_and_comes_again_is_not_acted_on_twice(serving: Serve) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": TOKEN})
    for message in (None, "delivery already handled"):
        answer = await served.post(BODY, GITLAB | {"webhook-signature": convention(BODY)})
        assert (answer.status_code, answer.json().get("message")) == (202, message)
