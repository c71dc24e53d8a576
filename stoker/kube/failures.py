"""What an API server's refusal means, and what no answer means: the one table from HTTP to our error tree.

A refusal's body is a ``Status`` (Kubernetes API Conventions, "Response Status Kind"); its message is for people and is shown
cut, on one line, and never for Secrets, whose content a server quotes back. Which role is missing is told as the commands
that grant it.
"""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, Final

import msgspec

from stoker.errors import (
    AlreadyExists,
    ClusterError,
    ClusterUnreachable,
    Conflict,
    Forbidden,
    ObjectNotFound,
    ObjectRejected,
    ObjectTooLarge,
    StokerError,
    TooManyRequests,
    Unauthorized,
    WatchExpired,
)
from stoker.kube.cluster import GATEWAYSYNCS, SECRETS
from stoker.nursery.causes import causes, words
from stoker.observe.redact import redact
from stoker.wire.failures import Late, ProxyRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from stoker.kube.http.calls import Call
    from stoker.wire.failures import WireFailure

SHOWN: Final = 400
"""Characters of a server's message."""
_ACCOUNT: Final = re.compile(r'User "system:serviceaccount:([^":]+):([^":]+)"')
_ROLE: Final = re.compile(r"cannot \w+ resource")
_TOO_LARGE: Final = ("too long", "too large", "larger than max", "limit is")
_BORN_VERSIONED: Final = "resourceVersion should not be set"


class Cause(msgspec.Struct, frozen=True):
    """One thing that is wrong with an object."""

    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct, frozen=True, rename="camel"):
    """What the refusal is about."""

    causes: list[Cause] = []
    retry_after_seconds: float = 0


class Status(msgspec.Struct, frozen=True):
    """meta/v1 Status."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: Details | None = None

    @property
    def causes(self) -> list[Cause]:
        """What is wrong, cause by cause."""
        return self.details.causes if self.details else []


def read_status(body: bytes) -> Status:
    """The Status in ``body``, an empty one when there is none (a proxy's page, a cut answer)."""
    try:
        return msgspec.json.decode(body, type=Status)
    except msgspec.DecodeError:
        return Status()


def of_status(code: int, status: Status, call: Call, *, retry_after: float | None = None) -> StokerError:
    """The error of an answer to ``call`` that is not 2xx."""
    wait = retry_after or (status.details.retry_after_seconds if status.details else 0) or None
    if code in _BY_CODE:
        return _BY_CODE[code](status, call, _said(status, call), wait)
    if code == 422 or 400 <= code < 500:
        return _rejected(status, call, _said(status, call), wait)
    return _failed(code, status, call, wait)


def of_wire(error: WireFailure, call: Call | str, server: str) -> StokerError:
    """The error of a request that got no answer, or half of one."""
    where = f"{call}: {server}"
    tls = next((cause for cause in causes(error) if isinstance(cause, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return ClusterUnreachable(
            f"{where}: its certificate is not trusted ({tls.verify_message}); check certificate-authority and tls-server-name"
            " of the kubeconfig, or the service account's ca.crt"
        )
    if tls is not None:
        return ClusterUnreachable(f"{where}: TLS failed ({tls.reason or tls}); check address and port")
    if isinstance(error, Late):
        return ClusterUnreachable(f"{where}: no answer in time; check the network and the API server")
    if isinstance(error, ProxyRefused):
        return ClusterUnreachable(
            f"{where}: the proxy refused ({redact(str(error))}); check proxy-url of the kubeconfig"
        )
    return ClusterUnreachable(f"{where}: {one_line(words(error))}; check the network and the API server")


def late(call: Call, server: str, seconds: float) -> StokerError:
    """The error of a call that was given up."""
    return ClusterUnreachable(f"{call}: {server}: no answer within {seconds:g} s; check the network and the API server")


def busy(call: Call, server: str) -> StokerError:
    """The error of a call that found no connection free."""
    return ClusterUnreachable(f"{call}: {server}: all connections are busy with requests that are not answered")


def senseless(call: Call, server: str, why: str) -> StokerError:
    """The error of a 2xx answer that is none."""
    return ClusterError(f"{call}: {server} answered, but not as an API server does ({why}); check the address")


def unreadable(call: Call, fault: str) -> StokerError:
    """The error of an object that does not fit its type; of a Secret it is not told where."""
    shown = "a field has another type" if call.kind.plural == SECRETS.plural else one_line(fault)
    return ClusterError(f"{call}: the object cannot be read ({shown}); correct it, or the release that wrote it")


def one_line(text: str) -> str:
    """A foreign text fit for a line of ours: no line breaks, no secrets, not too long."""
    line = redact(" ".join(text.split()))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _said(status: Status, call: Call) -> str:
    """The server's message; of a Secret only which fields are wrong."""
    if call.kind.plural != SECRETS.plural:
        return one_line(status.message) or "no reason given"
    fields = sorted({cause.field for cause in status.causes if cause.field})
    return f"{status.reason or 'no reason given'}{': ' if fields else ''}{one_line(', '.join(fields))}"


def _unauthorized(_status: Status, call: Call, said: str, _wait: float | None) -> StokerError:
    return Unauthorized(
        f"{call}: 401 {said}; the credential is expired, revoked or of another cluster: renew it (kubeconfig), or restart"
        " the pod if its service account was made anew"
    )


def _forbidden(status: Status, call: Call, said: str, _wait: float | None) -> StokerError:
    if any(cause.reason == "NamespaceTerminating" for cause in status.causes):
        return ObjectNotFound(f"{call}: the namespace {call.namespace} is being deleted")
    if not _ROLE.search(status.message) and call.kind.plural != SECRETS.plural:
        return Forbidden(f"{call}: 403 {said}; the cluster's policy or quota forbids it: ask its administrator")
    return Forbidden(f"{call}: 403 {said}; grant it: {grant(call, status.message)}")


def grant(call: Call, message: str = "") -> str:
    """The commands that allow ``call`` to the account that the server's message names."""
    found = _ACCOUNT.search(message)
    account = f"--serviceaccount={found[1]}:{found[2]}" if found else "--user=WHO"
    resource = call.kind.plural + (f".{call.group}" if call.group else "")
    resource += f"/{call.subresource}" if call.subresource else ""
    wide = not (call.namespace and call.kind.namespaced)
    kind, where = ("clusterrole", "") if wide else ("role", f" -n {call.namespace}")
    verbs = "list,watch" if call.verb in {"list", "watch"} else call.verb  # nobody wants one without the other
    name = f"stoker-may-{verbs.replace(',', '-')}-{call.kind.plural}{'-' if call.subresource else ''}{call.subresource}"
    return (
        f"kubectl create {kind} {name}{where} --verb={verbs} --resource={resource} &&"
        f" kubectl create {kind}binding {name}{where} --{kind}={name} {account}"
    )


def _not_found(status: Status, call: Call, said: str, _wait: float | None) -> StokerError:
    # A group that the server never heard of is answered with a line of text, another version of ours with a Status.
    if call.kind.plural == GATEWAYSYNCS.plural and (not status.message or "requested resource" in status.message):
        return ObjectNotFound(
            f"{call}: the cluster does not know GatewaySync; install it: stoker crd | kubectl apply -f -"
        )
    return ObjectNotFound(f"{call}: not found ({said})")


def _conflict(status: Status, call: Call, said: str, _wait: float | None) -> StokerError:
    if status.reason == "AlreadyExists":
        return AlreadyExists(f"{call}: it already exists")
    return Conflict(f"{call}: {said}; read it again")


def _gone(_status: Status, call: Call, said: str, _wait: float | None) -> StokerError:
    return WatchExpired(f"{call}: {said}; list again")


def _too_large(_status: Status, call: Call, said: str, _wait: float | None) -> StokerError:
    return ObjectTooLarge(f"{call}: {said}; it passes the limit of an object")


def _throttled(_status: Status, call: Call, said: str, wait: float | None) -> StokerError:
    return TooManyRequests(f"{call}: 429 {said}; the API server is overloaded, it is asked again", retry_after=wait)


def _rejected(status: Status, call: Call, said: str, wait: float | None) -> StokerError:
    if any(word in status.message.lower() for word in _TOO_LARGE):
        return _too_large(status, call, said, wait)
    if any(cause.field == "metadata.uid" for cause in status.causes):
        return Conflict(f"{call}: it is another object of that name; read it again")
    return ObjectRejected(f"{call}: the API server refuses it: {said}")


def _failed(code: int, status: Status, call: Call, wait: float | None) -> StokerError:
    said = _said(status, call)
    if _BORN_VERSIONED in status.message:
        return _rejected(status, call, said, wait)
    if "request is too large" in status.message or "larger than max" in status.message:
        return _too_large(status, call, said, wait)
    if 300 <= code < 400:
        return ClusterError(f"{call}: {code}, a redirect, which an API server does not send; check the address")
    return ClusterError(f"{call}: {code} {said}; the API server failed, it is asked again", retry_after=wait)


_BY_CODE: Final[dict[int, Callable[[Status, Call, str, float | None], StokerError]]] = {
    401: _unauthorized,
    403: _forbidden,
    404: _not_found,
    409: _conflict,
    410: _gone,
    413: _too_large,
    429: _throttled,
}
