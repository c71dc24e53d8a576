"""The command line of ``stoker manager``: flags and their twins in the environment, defaults, and the text that teaches them.

Owns nothing but values: what is read here is frozen and handed on. Faults are one line with the remedy, exit code 2.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from stoker.api import names
from stoker.manager import former
from stoker.process import twins
from stoker.process.arguments import address
from stoker.process.twins import TwinParser
from stoker.web.listen import everywhere

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OFF: Final = "off"
NONE: Final = "none"
_OBJECT = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")

DESCRIPTION = """\
Run the controller-manager: it resolves what GatewaySyncs name, tells the agents beside the gateways, and fills the
resources' status. Of several replicas one leads; the receiver and the webhook serve on all of them.
"""
EPILOG = """\
the API server:
  In a cluster it is found by the pod's service account. Elsewhere by a kubeconfig: --kubeconfig, KUBECONFIG, or
  ~/.kube/config (needs the extra: pip install 'stoker[kubeconfig]').

examples:
  stoker manager --watch-namespaces plant-a,plant-b
      in a pod: only those namespaces, and no right is needed in any other
  KUBECONFIG=~/.kube/config stoker manager --probes 127.0.0.1:8081 --metrics 127.0.0.1:8443
      out of the cluster, for development; the CRD is applied with `stoker crd | kubectl apply --server-side -f -`
  WEBHOOK_HMAC_SECRET=... stoker manager --receiver 0.0.0.0:9444
      also take push webhooks at http://HOST:9444/webhook/NAMESPACE/NAME
  stoker manager --webhook :9443 --webhook-cert-dir /etc/stoker/webhook --default-agent-image IMAGE
      also put the agent into pods that ask for it; instead of a folder, --webhook-secret, --webhook-service and
      --webhook-configuration make, keep and renew a certificate of our own

metrics:
  curl -k -H "Authorization: Bearer $(kubectl create token ACCOUNT)" https://HOST:8443/metrics
  The account needs a ClusterRole with the verb get on the nonResourceURL /metrics.

addresses:
  HOST:PORT, :PORT for all addresses of this machine, or off.

environment (beside the twins named above):
  POD_NAMESPACE, POD_NAME   where this replica runs and what it is called (set by the downward API)
  WEBHOOK_HMAC_SECRET       secret of signed webhooks; two values, one a line, while one is rotated
  WEBHOOK_BEARER_TOKEN      token of webhooks that send one; likewise
  LOG_LEVEL                 debug, info (default), warning or error
  LOG_DEV_MODE              true: logs for people, also when stdout is no terminal

exit codes:
  0  stopped in good order (SIGTERM, SIGINT); the lease was given back. A second signal ends it at once
  1  a service kept failing, or an address cannot be served
  2  the command line or the environment is wrong
"""


@dataclass(frozen=True)
class Options:
    """What was asked for. Addresses are ``HOST:PORT`` (``:PORT`` was all of this machine's) or None for off.

    ``log_level`` and ``log_dev``: of flags that older releases had; empty and None leave it to the environment.
    """

    probes: str | None
    metrics: str | None
    receiver: str | None
    watch_namespaces: tuple[str, ...] = ()
    kubeconfig: str = ""
    context: str | None = None
    service_account: Path | None = None
    leader_election: bool = True
    lease_namespace: str = ""
    auto_bind_agent_rbac: bool = True
    default_agent_image: str = ""
    workers: int = 5
    webhook: str | None = None
    webhook_cert_dir: Path | None = None
    webhook_when_paused: Literal["inject", "deny"] = "inject"
    webhook_allowed_agent_images: tuple[str, ...] = ("*",)
    webhook_secret: str = ""
    webhook_service: str = ""
    webhook_configuration: str = ""
    linger: float = 0.0
    log_level: str = ""
    log_dev: bool | None = None


def parse_options(argv: Sequence[str], env: Mapping[str, str]) -> Options:
    """The options of ``stoker manager``; raises SystemExit (0 for ``--help``, 2 for a fault, printed)."""
    parser = TwinParser("stoker manager", description=DESCRIPTION, epilog=EPILOG)
    _addresses(parser)
    _webhook(parser)
    _cluster(parser)
    former.accept(parser, address=_address_or_off)
    given = parser.read(argv, env)
    former.settle(given)
    _judge_certificate(parser, given)
    return Options(
        probes=given.probes,
        metrics=given.metrics,
        receiver=given.receiver,
        watch_namespaces=given.watch_namespaces,
        kubeconfig=given.kubeconfig,
        context=given.context,
        service_account=given.service_account,
        leader_election=given.leader_election,
        lease_namespace=given.lease_namespace,
        auto_bind_agent_rbac=given.auto_bind_agent_rbac,
        default_agent_image=given.default_agent_image,
        workers=given.workers,
        webhook=given.webhook,
        webhook_cert_dir=given.webhook_cert_dir,
        webhook_when_paused=given.webhook_when_paused,
        webhook_allowed_agent_images=given.webhook_allowed_agent_images,
        webhook_secret=given.webhook_secret,
        webhook_service=given.webhook_service,
        webhook_configuration=given.webhook_configuration,
        linger=given.linger,
        log_level=given.log_level,
        log_dev=given.log_dev,
    )


def _addresses(parser: TwinParser) -> None:
    for name, port, on, text in (
        ("probes", names.PROBES_PORT, True, "/healthz and /readyz"),
        ("metrics", names.METRICS_PORT, True, "/metrics, HTTPS, behind a bearer token"),
        ("receiver", names.RECEIVER_PORT, False, "push webhooks"),
        ("webhook", names.WEBHOOK_PORT, False, "the admission webhook, HTTPS"),
    ):
        parser.twin(
            f"--{name}",
            f"{name.upper()}_ADDRESS",
            parse=_address_or_off,
            default=everywhere(port) if on else None,
            metavar="HOST:PORT",
            text=f"serve {text}; {f'default {everywhere(port)}' if on else f'usual port {port}, default {OFF}'}",
        )


def _webhook(parser: TwinParser) -> None:
    add = parser.twin
    certificate = "folder with tls.crt, tls.key and ca.crt, for the webhook; what is renewed there is served at once"
    add("--webhook-cert-dir", "WEBHOOK_CERT_DIR", parse=Path, default=None, metavar="DIR", text=certificate)
    secret = "Secret in the namespace of the lease where a certificate of our own is kept, when no folder is given"
    add("--webhook-secret", "WEBHOOK_SECRET", parse=_name, default="", metavar="NAME", text=secret)
    service = "Service by which API servers reach the webhook; it is in the certificate of our own"
    add("--webhook-service", "WEBHOOK_SERVICE", parse=_name, default="", metavar="NAME", text=service)
    configuration = "MutatingWebhookConfiguration that is told whom to trust: our own authority, or the folder's ca.crt"
    add("--webhook-configuration", "WEBHOOK_CONFIGURATION", parse=_name, default="", metavar="NAME", text=configuration)
    paused = "inject or deny: what becomes of a pod whose resource is paused; default inject"
    add("--webhook-when-paused", "WEBHOOK_WHEN_PAUSED", parse=_when, default="inject", metavar="WORD", text=paused)
    images = (
        "globs, with commas between them, for what the annotation stoker.io/agent-image may name, or none; default *"
    )
    variable = "WEBHOOK_ALLOWED_AGENT_IMAGES"
    add("--webhook-allowed-agent-images", variable, parse=_globs, default=("*",), metavar="GLOBS", text=images)


def _cluster(parser: TwinParser) -> None:
    add = parser.twin
    narrow = "work in these namespaces only, with commas between them; default all"
    add("--watch-namespaces", "WATCH_NAMESPACES", parse=_namespaces, default=(), metavar="NAMES", text=narrow)
    file = "the API server, who we are; default: the pod's service account, else ~/.kube/config"
    add("--kubeconfig", "KUBECONFIG", parse=str, default="", metavar="FILE", text=file)
    account = "files of a service account (token, ca.crt, namespace), when they are not where pods have them"
    add("--service-account", "SERVICE_ACCOUNT_DIR", parse=Path, default=None, metavar="DIR", text=account)
    parser.add_argument("--context", metavar="NAME", help="context of the kubeconfig; default its current one")
    elect = "false: this is the only replica, and leads at once; default true"
    add("--leader-election", "LEADER_ELECTION", parse=twins.truth, default=True, metavar="BOOL", text=elect)
    where = "namespace of the lease; default POD_NAMESPACE, else that of the service account or context"
    add("--lease-namespace", "LEASE_NAMESPACE", parse=_namespace, default="", metavar="NAME", text=where)
    bind = f"keep a RoleBinding to the ClusterRole {names.AGENT_ROLE} for the gateways' service accounts; default true"
    add("--auto-bind-agent-rbac", "AUTO_BIND_AGENT_RBAC", parse=twins.truth, default=True, metavar="BOOL", text=bind)
    image = "image of agents whose resource and pod name none, for the webhook"
    add("--default-agent-image", "DEFAULT_AGENT_IMAGE", parse=str, default="", metavar="IMAGE", text=image)
    add("--workers", "WORKERS", parse=twins.count, default=5, metavar="N", text="passes at a time; default 5")
    late = "seconds that receiver and webhook serve on after a stop, while Services hear of it; default 0"
    add("--linger", "LINGER_SECONDS", parse=twins.seconds, default=0.0, metavar="SECONDS", text=late)


def _address_or_off(text: str) -> str | None:
    if text.lower() in {OFF, "0"}:
        return None
    # A chart knows the port, and not which families a pod will have.
    return address(everywhere(0)[:-1] + text[1:] if text.startswith(":") else text)


def _judge_certificate(parser: TwinParser, given: argparse.Namespace) -> None:
    """A webhook has one certificate, from a folder or of our own, and nobody else has any."""
    folder = given.webhook_cert_dir is not None
    own = {f"--webhook-{part}": getattr(given, f"webhook_{part}") for part in ("secret", "service", "configuration")}
    lacking = [flag for flag, value in own.items() if not value]
    if given.webhook is None:
        if folder or len(lacking) < len(own):
            flag = "--webhook-cert-dir" if folder else next(flag for flag in own if flag not in lacking)
            parser.error(f"{flag}: there is no webhook without --webhook HOST:PORT (env WEBHOOK_ADDRESS)")
    elif not folder and lacking:
        parser.error(
            "--webhook: where is its certificate? Name its folder with --webhook-cert-dir (env WEBHOOK_CERT_DIR), or, for one"
            f" of our own, also {', '.join(lacking)}"
        )


def _name(text: str) -> str:
    if not _OBJECT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no object's name: lower-case letters, digits, '-' and '.'")
    return text


def _when(text: str) -> str:
    if text not in {"inject", "deny"}:
        raise argparse.ArgumentTypeError(f"{text!r} must be inject or deny")
    return text


def _globs(text: str) -> tuple[str, ...]:
    """An empty variable is one that is not set, so that forbidding every image needs a word."""
    return () if text.strip().lower() == NONE else twins.names(text)


def _namespaces(text: str) -> tuple[str, ...]:
    return tuple(_namespace(name) for name in twins.names(text))


def _namespace(text: str) -> str:
    if not _NAMESPACE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no namespace: at most 63 lower-case letters, digits and '-'")
    return text
