"""From a request to one value: which sender it is, whose function then reads it. Pure.

Vendor headers are looked at before ``X-GitHub-Event``, because Gitea and its kin send both, and Gogs' header last of theirs,
because Gitea and Forgejo send that too. Where a sender has no header of its own, the body's shape tells. The JSON may stand in
the field ``payload`` of a form: that is the content type of a GitHub webhook for which nobody chose another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from stoker.receiver import form
from stoker.receiver.said import NO_REF, UNKNOWN, Malformed, Said
from stoker.receiver.senders import argocd, azuredevops, bitbucket, generic, gitea, github, gitlab, kargo
from stoker.receiver.senders.fields import Body, Headers

Sender = Callable[[Headers, Body], Said]

_BY_HEADER: Final[Mapping[str, Sender]] = {
    "x-gitea-event": gitea.said,
    "x-forgejo-event": gitea.said,
    "x-gogs-event": gitea.said_by_gogs,
    "x-gitlab-event": gitlab.said,
    "x-event-key": bitbucket.said,
    "x-github-event": github.said,
}
_BY_SHAPE: Final[Mapping[Callable[[dict[str, Any]], bool], Sender]] = {
    github.is_release: github.said,
    argocd.recognised: argocd.said,
    kargo.recognised: kargo.said,
    azuredevops.recognised: azuredevops.said,
}


def read(headers: Headers, raw: bytes | bytearray) -> Said:
    """``headers`` with lower-case names, ``raw`` the whole body."""
    try:
        body = _json(headers, raw)
    except (ValueError, RecursionError):
        return Malformed(UNKNOWN, "the body is not JSON; set the webhook's content type to application/json")
    if not isinstance(body, dict):
        return Malformed(UNKNOWN, NO_REF)
    return _sender(headers, body)(headers, body)


def _json(headers: Headers, raw: bytes | bytearray) -> Any:
    """ValueError or RecursionError. A form is tried second, for curl calls everything a form."""
    try:
        return json.loads(raw)
    except ValueError:
        if not form.is_form(headers):
            raise
    return json.loads(form.payload(raw))


def _sender(headers: Headers, body: dict[str, Any]) -> Sender:
    for header, sender in _BY_HEADER.items():
        if header in headers:
            return sender
    for shape, sender in _BY_SHAPE.items():
        if shape(body):
            return sender
    return generic.said
