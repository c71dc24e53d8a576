"""Every form of proof of SPEC 7.2, each right and wrong, and that it comes before anything else."""

from __future__ import annotations

import base64

import pytest

from stoker.receiver.signature import authorized
from stoker.settings import ReceiverSettings
from tests.receiver.conftest import HOOK, SECRET, Serve, Served, pushed, signature

BODY = pushed()
GOOD, BAD = signature(BODY), signature(BODY, "another-secret")
TOKEN = "tok-en-0123456789"
EVENT = {"X-GitHub-Event": "push"}
SIGNATURES = (
    ("X-Hub-Signature-256", "sha256="),
    ("X-Hub-Signature", "sha256="),
    ("X-Gitea-Signature", ""),
    ("X-Forgejo-Signature", ""),
    ("X-Gogs-Signature", ""),
)


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"someone:{password}".encode()).decode()


TOKENS = (
    ("Authorization", lambda token: f"Bearer {token}"),
    ("X-Gitlab-Token", lambda token: token),
    ("Authorization", basic),
)


@pytest.mark.parametrize(("header", "prefix"), SIGNATURES)
async def test_a_signature_in_any_of_its_headers_passes_and_a_forged_one_does_not(
    receiver: Served, header: str, prefix: str
) -> None:
    assert (await receiver.post(BODY, EVENT | {header: prefix + GOOD})).status_code == 202
    assert (await receiver.post(BODY, EVENT | {header: prefix + GOOD.upper()})).status_code == 202
    assert (await receiver.post(BODY, EVENT | {header: prefix + BAD})).status_code == 401
    assert (await receiver.post(BODY, EVENT | {header: prefix})).status_code == 401


@pytest.mark.parametrize(("header", "form"), TOKENS)
@pytest.mark.parametrize("token", [TOKEN, "clé-à-molette"])
async def test_a_token_in_any_of_its_headers_passes_and_a_wrong_one_does_not(
    serving: Serve, header: str, form: object, token: str
) -> None:
    served = await serving({"WEBHOOK_BEARER_TOKEN": token})
    assert callable(form)
    good, wrong = form(token).encode(), form(f"{token}x").encode()
    for value, status in ((good, 202), (wrong, 401), (b"Bearer", 401), (b"Basic !", 401), (b"Basic", 401)):
        raw = [(b"x-github-event", b"push"), (header.encode(), value)]
        answer = await served.http.post(served.url + HOOK, content=BODY, headers=raw)
        assert answer.status_code == status, value


@pytest.mark.parametrize("header", ["bearer " + TOKEN, "BEARER  " + TOKEN, basic(TOKEN).replace("Basic", "basic")])
async def test_the_scheme_of_a_token_may_be_written_in_any_case(serving: Serve, header: str) -> None:
    served = await serving({"WEBHOOK_BEARER_TOKEN": TOKEN})
    assert (await served.post(BODY, EVENT | {"Authorization": header})).status_code == 202


async def test_a_sha1_signature_is_neither_pass_nor_fail(receiver: Served) -> None:
    old = EVENT | {"X-Hub-Signature": "sha1=0123456789012345678901234567890123456789"}
    assert (await receiver.post(BODY, old)).status_code == 401
    assert (await receiver.post(BODY, old | {"X-Hub-Signature-256": f"sha256={GOOD}"})).status_code == 202


async def test_a_signature_of_another_body_does_not_pass(receiver: Served) -> None:
    other = EVENT | {"X-Hub-Signature-256": f"sha256={signature(b'{}')}"}
    assert (await receiver.post(BODY, other)).status_code == 401


async def test_while_a_secret_is_rotated_both_pass_and_no_third(serving: Serve) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": "old-secret\nnew-secret\n", "WEBHOOK_BEARER_TOKEN": "t-one\nt-two"})
    for secret in ("old-secret", "new-secret"):
        assert (await served.push(BODY, secret=secret)).status_code == 202
    for token in ("t-one", "t-two"):
        assert (await served.post(BODY, EVENT | {"Authorization": f"Bearer {token}"})).status_code == 202
    assert (await served.push(BODY, secret="old-secret\nnew-secret")).status_code == 401
    assert (await served.post(BODY, EVENT | {"Authorization": "Bearer t-three"})).status_code == 401


async def test_one_of_secret_and_token_is_enough(serving: Serve) -> None:
    served = await serving({"WEBHOOK_HMAC_SECRET": SECRET, "WEBHOOK_BEARER_TOKEN": TOKEN})
    assert (await served.push(BODY, secret="wrong")).status_code == 401
    right_token = EVENT | {"X-Hub-Signature-256": f"sha256={BAD}", "Authorization": f"bearer {TOKEN}"}
    assert (await served.post(BODY, right_token)).status_code == 202
    assert (await served.push(BODY)).status_code == 202


async def test_a_secret_is_no_token_and_a_token_no_secret(serving: Serve) -> None:
    signed = await serving()
    assert (await signed.post(BODY, EVENT | {"Authorization": f"Bearer {SECRET}"})).status_code == 401
    tokened = await serving({"WEBHOOK_BEARER_TOKEN": SECRET})
    assert (await tokened.push(BODY)).status_code == 401


@pytest.mark.parametrize(
    "path", ["/webhook/default/no-such", "/webhook/nowhere/no-such", "/webhook/nowhere", "/webhook"]
)
@pytest.mark.parametrize("body", [BODY, b"no JSON", b"", b'{"no": "ref"}'])
async def test_without_proof_nothing_is_looked_up_and_nothing_is_parsed(
    receiver: Served, path: str, body: bytes
) -> None:
    forged = EVENT | {"X-Hub-Signature-256": f"sha256={signature(body, 'wrong')}"}
    for headers in (EVENT, forged):
        answer = await receiver.post(body, headers, path)
        assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized: no valid signature or token"})
    assert receiver.counted("unknown", 401) == 2


async def test_nothing_configured_is_open_with_a_warning(serving: Serve, logged: object) -> None:
    served = await serving({})
    assert (await served.post(BODY, EVENT)).status_code == 202
    assert callable(logged)
    warnings = [line for line in logged() if line["event"] == "receiver_open"]
    assert [line["level"] for line in warnings] == ["warning"]
    assert "WEBHOOK_HMAC_SECRET" in warnings[0]["remedy"]


async def test_a_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(other)
        return one == other

    monkeypatch.setattr("hmac.compare_digest", compare)
    settings = ReceiverSettings.from_env({"WEBHOOK_HMAC_SECRET": SECRET, "WEBHOOK_BEARER_TOKEN": f"{TOKEN}\nother"})
    headers = {"x-hub-signature-256": f"sha256={GOOD}", "authorization": f"Bearer {TOKEN}"}
    assert authorized(settings, headers, BODY)
    assert compared == [GOOD.encode(), TOKEN.encode(), TOKEN.encode()]
