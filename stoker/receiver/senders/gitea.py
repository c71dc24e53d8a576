"""Gitea, Forgejo and Gogs: GitHub's forms under headers of their own, which come beside GitHub's.

Gogs tells of a new tag by ``create`` alone, with its bare name; the others send a push as well, which is the one heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.receiver.said import Said, pushed, unmoved
from stoker.receiver.senders.fields import texts
from stoker.receiver.senders.github import URLS, push, release

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers

GITEA = "gitea"
GOGS = "gogs"


def said(headers: Headers, body: Body) -> Said:
    """Of Gitea or Forgejo."""
    return _said(GITEA, headers.get("x-gitea-event") or headers.get("x-forgejo-event", ""), body)


def said_by_gogs(headers: Headers, body: Body) -> Said:
    """Of Gogs."""
    event = headers.get("x-gogs-event", "")
    ref = body.get("ref")
    if event == "create" and body.get("ref_type") == "tag" and isinstance(ref, str) and ref:
        return pushed(GOGS, (f"refs/tags/{ref}",), (), texts(body.get("repository"), *URLS))
    return _said(GOGS, event, body)


def _said(source: str, event: str, body: Body) -> Said:
    if event == "release":
        return release(source, body)
    return push(source, body) if event == "push" else unmoved(source, event)
