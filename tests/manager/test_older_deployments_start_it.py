"""The arguments that Deployments of older releases pass mean what they meant; what cannot be kept is refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stoker.manager.options import Options, parse_options
from stoker.web.listen import everywhere
from tests.manager.hook import Hook, pair
from tests.manager.test_flags_have_twins_in_the_environment import refused

if TYPE_CHECKING:
    from tests.manager.conftest import Start
    from tests.manager.site import Site

WHOLE = (
    "--leader-elect",
    "--health-probe-bind-address=:8081",
    "--metrics-bind-address=:8443",
    "--webhook-cert-path=/etc/webhook-certs",
    "--webhook-receiver-port=9444",
)
MEANT = {
    "--health-probe-bind-address=127.0.0.1:1": ("probes", "127.0.0.1:1"),
    "--health-probe-bind-address=0": ("probes", None),
    "--metrics-bind-address=127.0.0.1:2": ("metrics", "127.0.0.1:2"),
    "--metrics-bind-address=0": ("metrics", None),
    "--webhook-receiver-port=3": ("receiver", everywhere(3)),
    "--webhook-receiver-port=0": ("receiver", None),
    "--leader-elect": ("leader_election", True),
    "--leader-elect=false": ("leader_election", False),
    "--zap-devel": ("log_dev", True),
    "--zap-encoder=json": ("log_dev", False),
    "--zap-encoder=console": ("log_dev", True),
    "--zap-log-level=debug": ("log_level", "debug"),
    "--zap-log-level=5": ("log_level", "debug"),
    "--zap-log-level=error": ("log_level", "error"),
}
REFUSED = {
    "--webhook-receiver-port=x": "must be a port",
    "--webhook-receiver-port=70000": "must be a port",
    "--webhook-cert-name=other.pem": "tls.crt",
    "--webhook-cert-key=other.pem": "tls.key",
    "--metrics-secure=false": "HTTPS",
    "--metrics-cert-path=/certs": "of the manager's own",
    "--metrics-bind-address=nowhere": "must be HOST:PORT",
    "--zap-log-level=loud": "must be debug",
    "--zap-encoder=xml": "must be json or console",
}


def test_a_whole_deployment_is_understood() -> None:
    assert parse_options(WHOLE, {}) == Options(
        probes=everywhere(8081),
        metrics=everywhere(8443),
        receiver=everywhere(9444),
        webhook=everywhere(9443),
        webhook_cert_dir=Path("/etc/webhook-certs"),
    )


@pytest.mark.parametrize("argument", MEANT)
def test_each_means_what_it_meant(argument: str) -> None:
    field, value = MEANT[argument]
    assert getattr(parse_options([argument], {}), field) == value


@pytest.mark.parametrize(
    "argument",
    [
        *("--metrics-secure", "--metrics-secure=true", "--enable-http2", "--enable-http2=false"),
        *("--zap-stacktrace-level=error", "--zap-time-encoding=iso8601"),
        *("--webhook-cert-name=tls.crt", "--webhook-cert-key=tls.key", "--webhook-cert-path="),
        *("--metrics-cert-path=", "--metrics-cert-name=tls.crt", "--metrics-cert-key=tls.key"),
    ],
)
def test_what_changes_nothing_is_taken(argument: str) -> None:
    assert parse_options([argument], {}) == parse_options([], {})


@pytest.mark.parametrize("argument", REFUSED)
def test_what_cannot_be_kept_is_refused_by_its_own_name(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(argument, env={}, capsys=capsys)
    assert argument.partition("=")[0] in said
    assert REFUSED[argument] in said


def test_the_last_on_the_line_wins_and_the_environment_loses() -> None:
    env = {"RECEIVER_ADDRESS": "127.0.0.1:7", "LEADER_ELECTION": "true"}
    assert parse_options(["--webhook-receiver-port=0", "--leader-elect=false"], env) == parse_options(
        ["--leader-election", "false"], {}
    )
    assert parse_options(["--webhook-receiver-port=1", "--receiver", "off"], {}).receiver is None
    assert parse_options(["--receiver", "off", "--webhook-receiver-port=1"], {}).receiver == everywhere(1)


def test_the_webhooks_address_may_be_a_present_one() -> None:
    options = parse_options(["--webhook-cert-path=/certs", "--webhook", "127.0.0.1:4"], {})
    assert (options.webhook, options.webhook_cert_dir) == ("127.0.0.1:4", Path("/certs"))


def test_help_does_not_teach_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_options(["--help"], {})
    told = capsys.readouterr().out
    assert not [argument for argument in WHOLE if argument.partition("=")[0] in told.replace("--leader-election", "")]


def test_a_manager_that_is_started_so_leads_and_injects(place: Site, start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    certificate, _ = pair(folder)
    older = ("--leader-elect", "--health-probe-bind-address=127.0.0.1:0", "--metrics-bind-address=0")
    manager = start(
        *older,
        *(f"--webhook-cert-path={folder}", "--webhook-receiver-port=0", "--webhook", "127.0.0.1:0"),
        DEFAULT_AGENT_IMAGE="agent:1",
    ).ready()
    manager.said("leading")
    assert not manager.lines("receiver_serving") + manager.lines("metrics_serving")
    place.resource()
    hook = Hook(place).point(manager, certificate).works()
    hook.remove()
