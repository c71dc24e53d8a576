"""AdmissionReview: what the API server asks, decoded, and what it is answered, encoded. Pure.

Wire format: ``admission.k8s.io/v1``, Kubernetes documentation, "Dynamic Admission Control": the answer repeats the uid and
carries the patch as base64 of a JSON Patch (RFC 6902).
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from stoker.admission.pod import AdmittedPod
from stoker.api.objects import Document
from stoker.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = "admission.k8s.io/v1"
KIND: Final = "AdmissionReview"
_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SHOWN: Final = 200
WARNING_LIMIT: Final = 250
"""The API server cuts longer ones."""

Result = Literal["injected", "skipped", "denied"]
Operation = dict[str, Any]
"""One operation of a JSON Patch."""


class Malformed(Exception):  # noqa: N818 - an answer, not an error
    """No review that can be answered, and why: in one line."""


class GroupKind(Document, frozen=True, kw_only=True):
    """A kind in its version."""

    group: str = ""
    version: str = ""
    kind: str = ""


class Request(Document, frozen=True, kw_only=True):
    """``object`` is decoded once its kind is known."""

    uid: str
    kind: GroupKind = GroupKind()
    namespace: str = ""
    operation: str = ""
    sub_resource: str = ""
    object: msgspec.Raw = msgspec.Raw(b"null")
    dry_run: bool | None = None


class Review(Document, frozen=True, kw_only=True):
    """What is posted."""

    api_version: str
    kind: str
    request: Request


class Asked(Value, frozen=True):
    """A pod that somebody wants to create; ``pod`` is None for anything else that somebody sends here."""

    uid: str
    namespace: str
    pod: AdmittedPod | None
    dry_run: bool = False


class Verdict(Value, frozen=True):
    """``message``: why it is denied; ``warnings`` are shown to whoever creates the pod; ``told`` goes into the log."""

    result: Result
    patch: tuple[Operation, ...] = ()
    message: str = ""
    warnings: tuple[str, ...] = ()
    told: Mapping[str, str] | None = None


_REVIEW: Final = msgspec.json.Decoder(Review)
_POD: Final = msgspec.json.Decoder(AdmittedPod)


def read(body: bytes | bytearray) -> Asked:
    """The pod that is asked about; Malformed."""
    try:
        review = _REVIEW.decode(body)
        request = review.request
        if review.kind != KIND or review.api_version != VERSION:
            raise Malformed(f"it is {review.api_version[:SHOWN]} {review.kind[:SHOWN]} and must be {VERSION} {KIND}")
        if not request.uid:
            raise Malformed("request.uid is empty")
        if not _is_pod(request):
            return Asked(request.uid, request.namespace, None)
        if not _NAMESPACE.fullmatch(request.namespace):
            raise Malformed(f"request.namespace is {request.namespace[:SHOWN]!r}, which is no namespace")
        return Asked(request.uid, request.namespace, _POD.decode(request.object), bool(request.dry_run))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Malformed(f"it cannot be read: {str(error)[:SHOWN]}") from None


def _is_pod(request: Request) -> bool:
    """A pod that is created: the configuration of the webhook asks for nothing else, but others may write one.

    An API server names kind and operation always. Who tries a webhook by hand may leave them out, and means just that.
    """
    kind = request.kind
    is_pod = (kind.group, kind.version, kind.kind) in {("", "v1", "Pod"), ("", "", "")}
    return is_pod and request.operation in {"CREATE", ""} and not request.sub_resource


def answer(uid: str, verdict: Verdict) -> bytes:
    """The review that answers."""
    response: dict[str, Any] = {"uid": uid, "allowed": verdict.result != "denied"}
    if verdict.patch:
        response |= {"patchType": "JSONPatch", "patch": base64.b64encode(msgspec.json.encode(verdict.patch)).decode()}
    if verdict.message:
        response["status"] = {"code": 403, "reason": "Forbidden", "message": verdict.message}
    if verdict.warnings:
        response["warnings"] = [text[:WARNING_LIMIT] for text in verdict.warnings]
    return msgspec.json.encode({"apiVersion": VERSION, "kind": KIND, "response": response})
