"""The ``stoker agent`` command: its arguments are judged before anything heavy is imported; what runs then is ``process``."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from stoker.api import names
from stoker.observe.memory import loading
from stoker.process.arguments import LineParser, address
from stoker.web.listen import everywhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DESCRIPTION = """\
Sync one Ignition gateway from git, as the sidecar in its pod: fetch the commit that the controller names, merge it into the
gateway's data directory, ask the gateway to scan, report. The webhook puts it into every pod with the annotation
stoker.io/inject: "true"; by hand it is only needed to try something out.
"""
EPILOG = """\
what it is told by its pod (the webhook writes these):
  POD_NAME, POD_NAMESPACE              this pod; required
  POD_UID                              which of the pods of that name; older releases do not tell it
  CR_NAME, CR_NAMESPACE                the GatewaySync (required), and its namespace, which is the pod's
  GATEWAY_NAME, PROFILE                default: the pod's name, and `default`
  DATA_PATH, REPO_PATH                 the gateway's data directory (default /ignition-data), the git store (/repo)
  GATEWAY_PORT, GATEWAY_TLS            where the gateway listens (8088, false) until the GatewaySync says so
  API_KEY_FILE                         file with the gateway's API key, name:secret; required
  GIT_TOKEN_FILE                       file with the token for https
  GIT_SSH_KEY_FILE, GIT_KNOWN_HOSTS_FILE
                                       files with the private key for ssh and with the hosts to trust
  SYNC_PERIOD                          seconds between two looks until the profile is known (30)
  LOG_LEVEL, LOG_DEV_MODE              debug, info (default), warning or error; true: logs for people
  PROBES_ADDRESS, METRICS_ADDRESS      as --probes and --metrics
Secrets are files, read anew at each use. The API server is found as in every pod, or by KUBECONFIG out of a cluster.

while it runs:
  GET :8082/startupz  200 once the gateway may start: after the first sync, or at once where a gateway has lived and the
                      first sync failed or takes longer than ten seconds; never while a merge is unfinished
  GET :8082/readyz    200 from then until SIGTERM; GET :8082/healthz  503 when only a restart helps
  GET :8083/metrics   Prometheus metrics
  SIGTERM or SIGINT stops it; a running merge has 15 s to end. A second one ends it at once; the next start then
  completes or undoes the merge before anything else.

examples:
  stoker agent
      as in a pod
  KUBECONFIG=~/.kube/config POD_NAME=gw-0 POD_NAMESPACE=plant POD_UID=... CR_NAME=line DATA_PATH=/tmp/data \\
  REPO_PATH=/tmp/repo API_KEY_FILE=/tmp/key stoker agent --probes 127.0.0.1:0 --metrics 127.0.0.1:0
      out of a cluster, for a pod that is there

exit codes:
  0  stopped in good order (SIGTERM, SIGINT)
  1  a port is in use, or the agent kept failing for a reason that is a fault of stoker's: see the log
  2  the command line or the environment is wrong
"""


@dataclass(frozen=True)
class Options:
    """Where to listen, ``HOST:PORT``."""

    probes: str
    metrics: str


def main(argv: Sequence[str]) -> int:
    """Run until a signal; the exit code."""
    options = parse_options(argv, os.environ)
    with loading():
        process = import_module("stoker.sidecar.process")
    code: int = process.run(options)
    return code


def parse_options(argv: Sequence[str], env: Mapping[str, str]) -> Options:
    """The options of ``stoker agent``; raises SystemExit (0 for ``--help``, 2 for a fault, printed)."""
    parser = LineParser("stoker agent", description=DESCRIPTION, epilog=EPILOG)
    for flag, port, what in (
        ("probes", names.AGENT_PROBES_PORT, "/startupz, /readyz and /healthz"),
        ("metrics", names.AGENT_METRICS_PORT, "/metrics"),
    ):
        variable = f"{flag.upper()}_ADDRESS"
        told = env.get(variable, "").strip()
        try:
            default = address(told) if told else everywhere(port)
        except argparse.ArgumentTypeError as error:
            parser.error(f"{variable}: {error}")
        text = f"serve {what} there (default: port {port} of all addresses; or {variable})"
        parser.add_argument(f"--{flag}", type=address, metavar="HOST:PORT", default=default, help=text)
    given = parser.parse_args(argv)
    return Options(probes=given.probes, metrics=given.metrics)
