"""Every address and port is a flag with a twin in the environment; what is wrong, or not in this build, is one line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stoker.manager.options import Options, parse_options
from stoker.web.listen import everywhere

if TYPE_CHECKING:
    from collections.abc import Mapping

TWINS = {
    "--probes": ("PROBES_ADDRESS", "127.0.0.1:1", "probes", "127.0.0.1:1"),
    "--metrics": ("METRICS_ADDRESS", "127.0.0.1:2", "metrics", "127.0.0.1:2"),
    "--receiver": ("RECEIVER_ADDRESS", "[::1]:3", "receiver", "[::1]:3"),
    "--watch-namespaces": ("WATCH_NAMESPACES", "a, b,a", "watch_namespaces", ("a", "b")),
    "--kubeconfig": ("KUBECONFIG", "/some/file", "kubeconfig", "/some/file"),
    "--service-account": ("SERVICE_ACCOUNT_DIR", "/some/folder", "service_account", Path("/some/folder")),
    "--leader-election": ("LEADER_ELECTION", "false", "leader_election", False),
    "--lease-namespace": ("LEASE_NAMESPACE", "home", "lease_namespace", "home"),
    "--auto-bind-agent-rbac": ("AUTO_BIND_AGENT_RBAC", "false", "auto_bind_agent_rbac", False),
    "--default-agent-image": ("DEFAULT_AGENT_IMAGE", "some/image:1", "default_agent_image", "some/image:1"),
    "--webhook-when-paused": ("WEBHOOK_WHEN_PAUSED", "deny", "webhook_when_paused", "deny"),
    "--webhook-allowed-agent-images": (
        "WEBHOOK_ALLOWED_AGENT_IMAGES",
        "good/*, other:1",
        "webhook_allowed_agent_images",
        ("good/*", "other:1"),
    ),
    "--linger": ("LINGER_SECONDS", "5", "linger", 5.0),
    "--workers": ("WORKERS", "7", "workers", 7),
}


def refused(*arguments: str, env: Mapping[str, str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as end:
        parse_options(arguments, env)
    assert end.value.code == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    return text


def test_defaults_are_what_the_contract_says() -> None:
    options = parse_options([], {})
    assert [str(options.probes)[-5:], str(options.metrics)[-5:], options.receiver] == [":8081", ":8443", None]
    assert (options.workers, options.leader_election, options.auto_bind_agent_rbac) == (5, True, True)
    assert options.watch_namespaces == ()


@pytest.mark.parametrize("flag", TWINS)
def test_a_flag_and_its_twin_say_the_same(flag: str) -> None:
    variable, text, field, value = TWINS[flag]
    assert getattr(parse_options([flag, text], {}), field) == value
    assert getattr(parse_options([], {variable: text}), field) == value


def test_a_flag_wins_over_its_twin() -> None:
    assert parse_options(["--workers", "3"], {"WORKERS": "9"}).workers == 3
    assert parse_options(["--probes", "off"], {"PROBES_ADDRESS": "127.0.0.1:1"}).probes is None


@pytest.mark.parametrize("word", ["off", "0", "OFF"])
def test_a_server_can_be_off(word: str) -> None:
    assert parse_options(["--probes", word, "--metrics", word], {}) == Options(probes=None, metrics=None, receiver=None)


def test_a_port_alone_is_served_on_every_address() -> None:
    assert parse_options([], {"RECEIVER_ADDRESS": ":9444"}).receiver == everywhere(9444)


@pytest.mark.parametrize("wrong", [":", ":x", ":70000", ":1:2"])
def test_no_port_at_all_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "must be HOST:PORT" in refused("--receiver", wrong, env={}, capsys=capsys)


def test_half_a_flag_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "unrecognized arguments: --worker" in refused("--worker", "3", env={}, capsys=capsys)


def test_an_empty_variable_is_none() -> None:
    assert parse_options([], {"WATCH_NAMESPACES": "", "WORKERS": " "}) == parse_options([], {})


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("PROBES_ADDRESS", "8081"),
        ("AUTO_BIND_AGENT_RBAC", "perhaps"),
        ("WATCH_NAMESPACES", "a,B"),
        ("WORKERS", "0"),
        ("LEASE_NAMESPACE", "-"),
        ("WEBHOOK_WHEN_PAUSED", "perhaps"),
        ("LINGER_SECONDS", "301"),
    ],
)
def test_a_wrong_variable_is_blamed_by_its_name(variable: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"environment variable {variable}: " in refused(env={variable: text}, capsys=capsys)


def test_no_image_may_be_named_where_none_is_allowed() -> None:
    assert parse_options([], {"WEBHOOK_ALLOWED_AGENT_IMAGES": "none"}).webhook_allowed_agent_images == ()
    assert parse_options([], {"WEBHOOK_ALLOWED_AGENT_IMAGES": ""}).webhook_allowed_agent_images == ("*",)


def test_the_webhook_has_its_twins_too() -> None:
    env = {"WEBHOOK_ADDRESS": "127.0.0.1:4", "WEBHOOK_CERT_DIR": "/certs"}
    assert (parse_options([], env).webhook, parse_options([], env).webhook_cert_dir) == ("127.0.0.1:4", Path("/certs"))
    assert parse_options(["--webhook", "127.0.0.1:4", "--webhook-cert-dir", "/certs"], {}) == parse_options([], env)


@pytest.mark.parametrize("arguments", [("--webhook-cert-dir", "/certs"), ("--webhook", "0.0.0.0:9443")])
def test_a_webhook_without_a_certificate_or_an_address_is_refused_not_ignored(
    arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(*arguments, env={}, capsys=capsys)
    assert f"{arguments[0]}: " in said
    assert "WEBHOOK_ADDRESS" in said or "WEBHOOK_CERT_DIR" in said


def test_help_names_every_twin(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["--help"], {})
    told = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert all(f"(env {variable})" in told for variable, *_ in TWINS.values())


def test_an_empty_list_of_images_is_told_by_a_word_for_an_empty_variable_is_unset() -> None:
    assert parse_options([], {"WEBHOOK_ALLOWED_AGENT_IMAGES": "none"}).webhook_allowed_agent_images == ()
    assert parse_options([], {"WEBHOOK_ALLOWED_AGENT_IMAGES": ""}).webhook_allowed_agent_images == ("*",)


OWN = {"--webhook-secret": "cert", "--webhook-service": "hook", "--webhook-configuration": "inject"}


def test_a_webhook_without_a_folder_needs_all_of_its_own_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for flag, value in OWN.items() for word in (flag, value)]
    assert parse_options(["--webhook", ":9443", *words], {}).webhook_secret == "cert"
    with pytest.raises(SystemExit):
        parse_options(["--webhook", ":9443", *words[:2]], {})
    assert "also --webhook-service, --webhook-configuration" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parse_options(words[:2], {})
    assert "no webhook without --webhook" in capsys.readouterr().err
