"""Settings are frozen values; every fault is named, all at once, and never with a secret."""

from __future__ import annotations

import dataclasses

import pytest

from stoker.errors import SettingsInvalid
from stoker.observe.redact import redact
from stoker.settings import Environment, LogSettings, ReceiverSettings


def test_an_empty_environment_is_all_defaults() -> None:
    assert Environment.from_env({}) == Environment(LogSettings("info", None), ReceiverSettings())
    assert Environment.from_env({}).receiver.open


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"LOG_LEVEL": " Debug "}, LogSettings("debug", None)),
        ({"LOG_DEV_MODE": "true"}, LogSettings("info", dev=True)),
        ({"LOG_DEV_MODE": "False"}, LogSettings("info", dev=False)),
        ({"LOG_LEVEL": "", "LOG_DEV_MODE": ""}, LogSettings("info", None)),
    ],
)
def test_logs(env: dict[str, str], expected: LogSettings) -> None:
    assert LogSettings.from_env(env) == expected


def test_a_secret_may_be_two_while_it_is_rotated() -> None:
    settings = ReceiverSettings.from_env({"WEBHOOK_HMAC_SECRET": "new-secret\n old-secret \n\n"})
    assert [secret.reveal() for secret in settings.hmac_secrets] == ["new-secret", "old-secret"]
    assert not settings.open


def test_every_fault_is_named_at_once() -> None:
    env = {
        "LOG_LEVEL": "loud",
        "LOG_DEV_MODE": "maybe",
        "WEBHOOK_HMAC_SECRET": "a\nb\nc",
        "WEBHOOK_BEARER_TOKEN": "1\n2\n3",
    }
    with pytest.raises(SettingsInvalid) as caught:
        Environment.from_env(env)
    names = [line.split()[0] for line in str(caught.value).splitlines()]
    assert names == ["LOG_LEVEL", "LOG_DEV_MODE", "WEBHOOK_HMAC_SECRET", "WEBHOOK_BEARER_TOKEN"]


def test_secrets_are_stars_in_every_print_and_masked_from_then_on() -> None:
    settings = Environment.from_env({"WEBHOOK_BEARER_TOKEN": "carry-me-home"})
    assert "carry-me-home" not in repr(settings)
    assert redact("carry-me-home") == "***"


def test_they_cannot_be_changed_later() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        LogSettings().level = "debug"  # type: ignore[misc]
