"""A GitHub App: its key is exchanged for a token that goes into the Secret agents mount, in time and without a word of it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
import trio
import trio.testing

from stoker.api import names
from stoker.errors import GitHubAppExchangeFailed, GitHubAppRefused, StokerError
from stoker.kube.cluster import GATEWAYSYNCS, KINDS, SECRETS
from stoker.observe.metrics import render
from tests.controller.house import NS, House

APP = {"githubApp": {"appId": 11, "installationId": 22, "privateKeySecretRef": {"name": "app", "key": "pem"}}}
PEM = "-----BEGIN RSA PRIVATE KEY-----secretsecret"
SERIES = 'stoker_controller_github_app_token_expiry_timestamp_seconds{app_id="11",installation_id="22"}'


@pytest.fixture
async def app(house: House) -> House:
    """A resource that authenticates by an app."""
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP)
    return house


def token(house: House) -> str:
    """What agents find in the Secret, empty when there is none."""
    secret = house.cluster.peek(SECRETS, NS, names.github_token_secret("main"))
    return base64.b64decode(secret.data["token"]).decode() if secret else ""


async def test_the_token_is_what_is_looked_up_with_and_handed_over(app: House) -> None:
    assert app.words("RefResolved")[0] == "True"
    assert [asked.secret for asked in app.refs.asked] == ["ghs_token1"]
    assert token(app) == "ghs_token1"
    assert app.metadata()["authType"] == "githubApp"


async def test_an_api_that_is_written_as_nothing_is_the_usual_one(house: House) -> None:
    await house.secret("app", pem=PEM)
    await house.resource(git__auth={"githubApp": APP["githubApp"] | {"apiBaseURL": ""}})
    assert [asked.api_url for asked in house.apps.asked] == ["https://api.github.com"]


async def test_the_secret_says_whose_and_what_it_is(app: House) -> None:
    secret = app.cluster.peek(SECRETS, NS, "stoker-github-token-main")
    assert secret is not None
    assert secret.metadata.annotations == {"stoker.io/secret-type": "github-app-token"}
    assert secret.metadata.labels["app.kubernetes.io/managed-by"] == "stoker-controller"
    assert [owner.name for owner in secret.metadata.owner_references] == ["main"]


async def test_it_is_renewed_five_minutes_before_its_end_without_polling(house: House) -> None:
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP, polling__enabled=False)
    await house.advance(54 * 60)
    assert token(house) == "ghs_token1"
    await house.advance(61)
    assert (token(house), len(house.apps.asked)) == ("ghs_token2", 2)


async def test_a_paused_resource_s_token_is_renewed(app: House) -> None:
    await app.edit(paused=True)
    await app.advance(60 * 60)
    assert token(app) == "ghs_token2"


async def test_resources_of_one_app_share_its_token(app: House) -> None:
    await app.resource("other", git__auth=APP)
    assert len(app.apps.asked) == 1


@pytest.mark.parametrize("error", [GitHubAppRefused("401: no such app"), GitHubAppExchangeFailed("503: down")])
async def test_a_failed_exchange_is_its_own_reason_and_event(house: House, error: StokerError) -> None:
    house.apps.error = error
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP)
    assert house.words("RefResolved") == (
        "False",
        "GitHubAppExchangeFailed",
        f"Ref resolution failed (retry in 30s): {error}",
    )
    assert house.events("GitHubAppExchangeFailed") == [f"Ref resolution failed (retry in 30s): {error}"]
    assert house.refs.asked == []


async def test_it_is_told_too_when_something_else_failed_before(house: House) -> None:
    house.apps.error = GitHubAppRefused("401: no such app")
    await house.secret("app", pem=PEM)
    await house.resource(git__ref="missing")
    await house.edit(git__auth=APP)
    assert len(house.events("RefResolutionFailed")) == 1
    assert len(house.events("GitHubAppExchangeFailed")) == 1


async def test_it_is_tried_again_with_patience_and_heals(house: House) -> None:
    house.apps.error = GitHubAppExchangeFailed("503: down")
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP)
    for _ in range(5):
        await house.pod(f"gw-{_}")  # passes for other reasons ask no sooner
    assert len(house.apps.asked) == 1
    await house.advance(30)
    assert len(house.apps.asked) == 2
    house.apps.error = None
    await house.advance(60)
    assert house.words("RefResolved")[0] == "True"


async def test_a_request_or_another_key_asks_at_once(house: House) -> None:
    house.apps.error = GitHubAppRefused("401: wrong key")
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP)
    await house.annotate({names.REQUESTED_AT: "now"})
    assert len(house.apps.asked) == 2
    house.apps.error = None
    encoded = base64.b64encode(b"another pem").decode()
    await house.cluster.patch(SECRETS, NS, "app", {"data": {"pem": encoded}})
    await house.pod("gw-0")
    assert house.words("RefResolved")[0] == "True"


async def test_a_renewal_that_fails_too_long_is_told_even_with_polling_off(house: House) -> None:
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP, polling__enabled=False)
    house.apps.error = GitHubAppRefused("404: the installation was removed")
    await house.advance(55 * 60)
    assert house.words("RefResolved")[1] == "GitHubAppExchangeFailed"


async def test_hung_exchanges_hold_no_worker(house: House) -> None:
    house.apps.hung = {11}
    await house.secret("app", pem=PEM)
    for number in range(8):
        await house.resource(f"hung-{number}", git__auth=APP)
    await house.resource("well")
    assert house.words("RefResolved", "well")[0] == "True"


async def test_an_app_that_a_resource_left_meanwhile_answers_it_no_more(house: House) -> None:
    house.apps.takes = {11: 10, 12: 30}
    house.apps.error = GitHubAppRefused("401: app 11 is not known")
    await house.secret("app", pem=PEM)
    await house.resource(git__auth=APP)
    await house.edit(git__auth__githubApp__appId=12)
    await house.advance(11)
    assert house.events("GitHubAppExchangeFailed") == []
    house.apps.error = None
    await house.advance(20)
    assert house.words("RefResolved")[0] == "True"


async def test_an_order_waits_for_an_exchange_too(house: House) -> None:
    await house.secret("app", pem=PEM)
    await house.resource()
    before = house.metadata()
    house.apps.hung = {11}
    moved = [{"source": "moved", "destination": "projects"}]
    await house.edit(git__auth=APP, sync__profiles__default__mappings=moved)
    assert house.metadata() == before


async def test_another_hand_on_the_secret_is_undone_by_the_next_pass(app: House) -> None:
    await app.cluster.patch(SECRETS, NS, "stoker-github-token-main", {"data": {"token": "eA==", "more": "eA=="}})
    await app.advance(60)
    secret = app.cluster.peek(SECRETS, NS, "stoker-github-token-main")
    assert token(app) == "ghs_token1"
    assert secret is not None
    assert set(secret.data) == {"token"}


async def test_a_secret_that_lost_label_and_annotation_gets_them_back(app: House) -> None:
    place = NS, names.github_token_secret("main")
    before = app.cluster.peek(SECRETS, *place)
    bare = {"labels": {names.CR_NAME: None}, "annotations": {names.SECRET_TYPE: None}, "ownerReferences": []}
    await app.cluster.patch(SECRETS, *place, {"metadata": bare})
    await app.advance(60)
    after = app.cluster.peek(SECRETS, *place)
    assert before is not None
    assert after is not None
    assert (after.metadata.labels, after.metadata.annotations) == (before.metadata.labels, before.metadata.annotations)
    assert after.metadata.owner_references == before.metadata.owner_references


async def test_the_secret_goes_too_when_the_use_ended_while_nobody_was_there(
    nursery: trio.Nursery, autojump_clock: trio.testing.MockClock
) -> None:
    house = House.built()
    async with trio.open_nursery() as first:
        await house.start(first)
        await house.secret("app", pem=PEM)
        await house.resource(git__auth=APP)
        assert token(house) == "ghs_token1"
        first.cancel_scope.cancel()
    await house.edit(git__auth={"githubApp": None})
    await house.start(nursery)
    await house.settle()
    assert token(house) == ""


async def test_its_series_and_secret_vanish_with_its_use(app: House) -> None:
    assert SERIES in render(app.registry)[0].decode()
    await app.edit(git__auth={"githubApp": None})
    assert SERIES not in render(app.registry)[0].decode()
    assert token(app) == ""
    assert app.apps.tokens == {}


async def test_a_deleted_resource_leaves_no_token(app: House) -> None:
    await app.cluster.delete(GATEWAYSYNCS, NS, "main")
    await app.settle()
    assert token(app) == ""
    assert SERIES not in render(app.registry)[0].decode()


async def test_neither_key_nor_token_is_told_anywhere(app: House, capsys: pytest.CaptureFixture[str]) -> None:
    app.apps.error = GitHubAppRefused("401: wrong key")
    app.apps.lifetime = timedelta(minutes=10)
    await app.annotate({names.REQUESTED_AT: "again"})
    await trio.sleep(3600)
    told = json.dumps(app.cluster.snapshot(*(kind for kind in KINDS if kind is not SECRETS)))
    told += render(app.registry)[0].decode() + capsys.readouterr().out
    assert "secretsecret" not in told
    assert "ghs_" not in told
