"""The command line: which subcommands there are, and where each lives.

Nothing but the standard library's argument parser is imported before a subcommand is known, for two reasons: a worker
process imports this module again before it does anything, and ``--help`` must answer at once.
"""

from __future__ import annotations

import sys
from importlib import import_module

from stoker.process.exits import OK, USAGE

COMMANDS = {
    "standalone": "stoker.standalone.command",
    "manager": "stoker.manager.command",
    "agent": "stoker.sidecar.command",
    "demo": "stoker.standalone.demo.command",
    "simulator": "stoker.standalone.simulate",
    "crd": "stoker.standalone.print_crd",
}

HELP = """\
usage: stoker COMMAND [options]

GitOps for Ignition: a push becomes live gateway configuration, safely, with a record of what changed.

commands:
  standalone   sync the gateways of this machine from git: controller, receiver and agents in one process
  manager      the controller of a cluster: resolve refs, tell the agents, fill the resources' status
  agent        sync one gateway from within its pod: what the webhook injects
  demo         see it work: a sample repository, a simulated gateway, a push, a kill in the middle of a merge
  simulator    run a simulated Ignition gateway over a data directory
  crd          print the CustomResourceDefinition of GatewaySync

options:
  -h, --help   this text; `stoker COMMAND --help` teaches the command
  --version    print the version

examples:
  stoker demo
  stoker standalone -f gateway.yaml --data-dir /usr/local/bin/ignition/data --once
  stoker standalone -f /etc/stoker/manifests --receiver 0.0.0.0:9444 --probes 127.0.0.1:8081
  KUBECONFIG=~/.kube/config stoker manager --probes 127.0.0.1:8081 --metrics off

exit codes:
  0  it worked, or it was stopped in good order (SIGTERM, SIGINT)
  1  a gateway is not Synced (--once), a demo step did not hold, or a service kept failing
  2  the command line, the environment or the manifests are wrong: edit them and run again
  3  the state directory is in use by another process
"""


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; the exit code. A usage error is one line on stderr, with the remedy."""
    arguments = sys.argv[1:] if argv is None else argv
    first = arguments[0] if arguments else ""
    if first in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return OK
    if first == "--version":
        sys.stdout.write(f"stoker {import_module('stoker').__version__}\n")
        return OK
    if first not in COMMANDS:
        problem = f"there is no command {first!r}" if first else "a command is missing"
        return _refuse(f"{problem}; choose one of {', '.join(COMMANDS)} (see `stoker --help`)")
    code: int = import_module(COMMANDS[first]).main(arguments[1:])
    return code


def _refuse(line: str) -> int:
    sys.stderr.write(f"stoker: {line}\n")
    return USAGE


if __name__ == "__main__":
    sys.exit(main())
