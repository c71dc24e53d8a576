"""The command line of ``stoker standalone``: its flags, their defaults, and the text that teaches them.

Owns nothing but values: what is read here is frozen and handed on. Faults are one line with the remedy, exit code 2.
"""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stoker.process.arguments import LineParser, address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DESCRIPTION = """\
Sync Ignition gateways from git without a cluster: controller, receiver and agents in one process, over the same
YAML that `kubectl apply` takes (GatewaySync, Secret, and a Pod for each gateway).
"""
EPILOG = """\
a gateway:
  A Pod describes one. Its hostPath volume named ignition-data or data is the data directory; its annotation
  stoker.io/gateway-url says where it listens (default http://localhost and spec.gateway.port); stoker.io/cr-name and
  stoker.io/profile name the GatewaySync and the profile. Without a Pod, --data-dir DIR assumes one gateway, named
  after this host, with the profile `default`.

examples:
  stoker standalone -f gateway.yaml --data-dir /usr/local/bin/ignition/data --once
      sync once, and say by the exit code whether every gateway is Synced (`dryRun: true` writes nothing)
  WEBHOOK_HMAC_SECRET=... stoker standalone -f /etc/stoker/manifests --receiver 0.0.0.0:9444 --probes 127.0.0.1:8081
      keep syncing; a push webhook goes to http://HOST:9444/webhook/NAMESPACE/NAME

while it runs:
  The files are read again when they change, or on SIGHUP; a broken edit is reported and the last good state stays in
  force. To force a sync, change metadata.annotations."stoker.io/requested-at" in the file to any new value, or POST
  {"ref": "..."} to the receiver. SIGTERM or SIGINT stops it once a running merge has ended; a second one at once.

environment:
  WEBHOOK_HMAC_SECRET   secret of signed webhooks; two values, one a line, while one is rotated
  WEBHOOK_BEARER_TOKEN  token of webhooks that send one; likewise
  LOG_LEVEL             debug, info (default), warning or error
  LOG_DEV_MODE          true: logs for people, also when stdout is no terminal

exit codes:
  0  stopped in good order; with --once: every gateway is Synced
  1  with --once: some gateway is not Synced, the reasons are printed; otherwise: a service kept failing
  2  the command line, the environment or the manifests are wrong
  3  the state directory is in use by another process
"""


@dataclass(frozen=True)
class Options:
    """What was asked for. Addresses are ``HOST:PORT`` or None for off; paths are absolute."""

    manifests: tuple[Path, ...]
    state_dir: Path
    data_dir: Path | None = None
    receiver: str | None = None
    probes: str | None = None
    once: bool = False
    host: str = "gateway"


def parse_options(argv: Sequence[str], env: Mapping[str, str]) -> Options:
    """The options of ``stoker standalone``; raises SystemExit (0 for ``--help``, 2 for a fault, printed)."""
    parser = LineParser(
        "stoker standalone",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    add = parser.add_argument
    manifests = "manifests: a file, or a folder's *.yaml, *.yml and *.json; may be given several times"
    state = "where git stores and status are kept (default %(default)s)"
    add("-f", "--filename", action="append", required=True, type=Path, metavar="FILE_OR_DIR", help=manifests)
    add("--data-dir", type=Path, metavar="DIR", help="the gateway's data directory, when there is one gateway")
    add("--state-dir", type=Path, metavar="DIR", default=default_state_dir(env), help=state)
    add("--receiver", type=address, metavar="HOST:PORT", help="serve the webhook receiver there (default: off)")
    add("--probes", type=address, metavar="HOST:PORT", help="serve /healthz, /readyz and /metrics there (default: off)")
    add("--once", action="store_true", help="sync everything once, print what is not Synced, and exit")
    given = parser.parse_args(argv)
    for flag in ("receiver", "probes"):
        if given.once and getattr(given, flag):
            parser.error(f"--once ends after one sync, so --{flag} has nothing to do; leave one of them out")
    if given.data_dir is not None and not given.data_dir.is_dir():
        parser.error(f"--data-dir {given.data_dir} is no directory; name the gateway's data directory")
    return Options(
        manifests=tuple(path.absolute() for path in given.filename),
        state_dir=given.state_dir.absolute(),
        data_dir=None if given.data_dir is None else given.data_dir.absolute(),
        receiver=given.receiver,
        probes=given.probes,
        once=given.once,
        host=host_name(socket.gethostname()),
    )


def host_name(raw: str) -> str:
    """The host's name as an object's name: lower case, and whatever Kubernetes forbids turned into dashes."""
    return re.sub(r"[^a-z0-9]+", "-", raw.split(".", maxsplit=1)[0].lower()).strip("-")[:63].rstrip("-") or "gateway"


def default_state_dir(env: Mapping[str, str]) -> Path:
    """``/var/lib/stoker`` for root, else ``stoker`` in the XDG state home."""
    if os.geteuid() == 0:
        return Path("/var/lib/stoker")
    home = env.get("XDG_STATE_HOME", "")
    return (Path(home) if home.startswith("/") else Path.home() / ".local" / "state") / "stoker"
