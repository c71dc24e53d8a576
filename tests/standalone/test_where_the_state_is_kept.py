"""The state directory's default: a system's place for root, the person's own otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from stoker.standalone.options import default_state_dir, parse_options


def test_root_gets_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_state_dir({"XDG_STATE_HOME": "/elsewhere"}) == Path("/var/lib/stoker")


@pytest.mark.parametrize(
    ("env", "place"),
    [
        ({"XDG_STATE_HOME": "/x/state"}, "/x/state/stoker"),
        ({}, "~/.local/state/stoker"),
        ({"XDG_STATE_HOME": "rel"}, "~/.local/state/stoker"),
    ],
)
def test_others_get_the_xdg_state_home(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], place: str) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert default_state_dir(env) == Path(place).expanduser()


def test_the_default_is_taken_and_a_given_one_made_absolute() -> None:
    assert parse_options(["-f", "m.yaml"], {}).state_dir == default_state_dir({})
    assert parse_options(["-f", "m.yaml", "--state-dir", "here"], {}).state_dir == Path.cwd() / "here"


def test_receiver_and_probes_are_off_unless_given() -> None:
    options = parse_options(["-f", "m.yaml"], {})
    assert (options.receiver, options.probes) == (None, None)
