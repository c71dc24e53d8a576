"""Flags by which the Deployments of older releases start the manager: they mean what they meant, under the present names.

A manifest that somebody keeps, or an older chart that is given the present image, must not end in a restart loop over a word.
Each flag writes where the present one does, so that of two the last on the line wins, and both win over the environment; but
``--webhook-cert-path``, which says two things, wins wherever it stands. What cannot be kept is refused, for a certificate that
is left aside in silence is found out by whoever trusted it; what never changed what is served is taken and forgotten.
``--help`` teaches only the present names.

Booleans are written as those releases wrote them: the flag alone, or ``=false`` behind it.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stoker.api import names
from stoker.process import twins
from stoker.web.listen import everywhere

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE: Final = ("--zap-stacktrace-level", "--zap-time-encoding")
FIXED: Final = {
    "--webhook-cert-name": ("tls.crt", "the file of the webhook's certificate is tls.crt: name it so in its Secret"),
    "--webhook-cert-key": ("tls.key", "the file of the webhook's key is tls.key: name it so in its Secret"),
    "--metrics-secure": ("true", "metrics are served by HTTPS alone: leave it out, and let Prometheus ask by https"),
    "--metrics-cert-path": ("", "metrics are served with a certificate of the manager's own: leave the flag out"),
    "--metrics-cert-name": (
        "tls.crt",
        "metrics are served with a certificate of the manager's own: leave the flag out",
    ),
    "--metrics-cert-key": ("tls.key", "metrics are served with a certificate of the manager's own: leave the flag out"),
}
"""What there is no choice of any more: the one value that is taken, and why no other is."""
LEVELS: Final = {"debug": "debug", "info": "info", "warn": "warning", "error": "error", "panic": "error"}
STYLES: Final = {"json": False, "console": True}
_VERBOSE: Final = re.compile(r"[1-9]\d{0,2}")


def accept(parser: argparse.ArgumentParser, *, address: Callable[[str], str | None]) -> None:
    """Adds the flags to the parser that has the present ones; ``address`` reads ``HOST:PORT``, and None of what is off."""

    def add(flag: str, dest: str, parse: Callable[[str], Any], **more: Any) -> None:
        parser.add_argument(flag, dest=dest, type=parse, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **more)

    add("--health-probe-bind-address", "probes", address)
    add("--metrics-bind-address", "metrics", address)
    add("--webhook-receiver-port", "receiver", _receiver)
    add("--leader-elect", "leader_election", twins.truth, nargs="?", const=True)
    add("--webhook-cert-path", "former_webhook", _folder)
    add("--zap-log-level", "log_level", _level)
    add("--zap-encoder", "log_dev", _style)
    add("--zap-devel", "log_dev", twins.truth, nargs="?", const=True)
    add("--enable-http2", "former", twins.truth, nargs="?", const=True)
    for flag in IDLE:
        add(flag, "former", str)
    for flag, (only, why) in FIXED.items():
        add(flag, "former", _only(only, why), **({"nargs": "?", "const": True} if only == "true" else {}))


def settle(given: argparse.Namespace) -> None:
    """Fills what no present flag fills. ``--webhook-cert-path`` was all that a webhook needed: its port had no flag."""
    given.log_level = getattr(given, "log_level", "")
    given.log_dev = getattr(given, "log_dev", None)
    folder = getattr(given, "former_webhook", None)
    if folder is not None:
        given.webhook_cert_dir = folder
        given.webhook = given.webhook or everywhere(names.WEBHOOK_PORT)


def _receiver(text: str) -> str | None:
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} must be a port, or 0 for off")
    return everywhere(int(text)) if int(text) else None


def _folder(text: str) -> Path | None:
    return Path(text) if text else None


def _level(text: str) -> str:
    """A number was a degree of talkativeness, of which there is one."""
    word = "debug" if _VERBOSE.fullmatch(text) else text.lower()
    if word not in LEVELS:
        raise argparse.ArgumentTypeError(f"{text!r} must be debug, info, warn, error or a number above 0")
    return LEVELS[word]


def _style(text: str) -> bool:
    if text not in STYLES:
        raise argparse.ArgumentTypeError(f"{text!r} must be json or console")
    return STYLES[text]


def _only(value: str, why: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in {value, ""}:
            raise argparse.ArgumentTypeError(f"{text!r}: {why}")
        return text

    return parse
