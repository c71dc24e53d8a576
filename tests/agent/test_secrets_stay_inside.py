"""The API key and the git token reach the request they are for, and no log, report, history, event or error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import trio

from stoker.api.profiles import MappingSpec
from stoker.errors import CredentialsInvalid
from stoker.git.credentials import Credentials
from stoker.observe import redact
from stoker.values import replace
from tests.agent.gateway import KEY
from tests.agent.plant import PROFILE

if TYPE_CHECKING:
    from trio.testing import MockClock

    from tests.agent.plant import Plant

PATH = "projects/line1/project.json"
TOKEN = "ghp_0123456789abcdefghij"


def _all_that_was_written(plant: Plant, capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    return said.out + said.err + json.dumps(plant.cluster.snapshot())


async def test_the_key_is_sent_and_never_told(
    autojump_clock: MockClock, synced: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    synced.gateway.scan = 401
    await synced.push({PATH: "new"})
    await trio.sleep(60)
    assert KEY in synced.gateway.keys
    assert KEY not in _all_that_was_written(synced, capsys)


@pytest.mark.parametrize("key", ["stoker:zebra\ncrossing", "stoker:zebraé", "stoker:zebra\x00", "stoker:zebra\r"])
async def test_a_key_that_no_header_can_carry_is_an_error_without_the_key(
    autojump_clock: MockClock, synced: Plant, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    synced.key = key
    await synced.push({PATH: "new"})
    await trio.sleep(60)
    assert synced.live() == "new"
    assert "zebra" not in _all_that_was_written(synced, capsys)
    if key.strip() == key:
        assert synced.report.sync_status == "Error"


async def test_a_key_that_rotates_is_read_again_for_every_request(autojump_clock: MockClock, synced: Plant) -> None:
    synced.key = "stoker:another-key"
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert "stoker:another-key" in synced.gateway.keys


async def test_a_key_that_cannot_be_read_is_told_by_its_secrets_name(autojump_clock: MockClock, synced: Plant) -> None:
    async def missing() -> str:
        raise CredentialsInvalid("Secret plant/ignition-api has no key 'apiKey'; add it or name the right key")

    await synced.agent.stop()
    setup = synced.setup()
    synced.setup = lambda: replace(setup, api_key=missing)  # type: ignore[method-assign]
    await synced.run()
    await synced.push({PATH: "new"})
    await trio.sleep(1)
    assert "Secret plant/ignition-api" in synced.report.error_message


async def test_a_token_in_the_url_or_as_credential_is_never_told(
    autojump_clock: MockClock, synced: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    async def token(_auth: str) -> Credentials:
        return Credentials.token(TOKEN)

    await synced.agent.stop()
    setup = synced.setup()
    synced.setup = lambda: replace(setup, git_credentials=token)  # type: ignore[method-assign]
    await synced.run()
    url = f"http://x:{TOKEN}@127.0.0.1:1/repo.git"
    changes: dict[str, Any] = {"git_url": url, "auth_type": "token"}
    await synced.want("f" * 40, **changes)
    await trio.sleep(60)
    assert synced.report.sync_status == "Error"
    reports = synced.text("status") + synced.text("changes") + "".join(event.message for event in synced.events)
    assert TOKEN not in reports + "".join(capsys.readouterr())


async def test_what_slips_into_a_subject_or_an_error_is_masked_wherever_it_is_told(
    autojump_clock: MockClock, synced: Plant
) -> None:
    redact.register(TOKEN)
    absent = MappingSpec(source=f"x/{TOKEN}", destination="projects", required=True)
    bad = msgspec.structs.replace(PROFILE, mappings=[absent])
    told = ""
    await synced.want(synced.origin.commit({PATH: "new"}, message=f"use {TOKEN}"))
    for profiles in ({"default": PROFILE}, {"default": bad}, {TOKEN: PROFILE}):
        await synced.want(profiles=profiles)
        await trio.sleep(1)
        told += synced.text("status") + synced.text("changes") + "".join(event.message for event in synced.events)
    assert told.count("***") >= 3
    assert TOKEN not in told
