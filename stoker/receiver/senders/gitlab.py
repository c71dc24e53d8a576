"""GitLab: push and tag push, of a project's, a group's or the instance's hook (``System Hook``, whose body names the event).

The instance's hook tells of a push by ``repository_update`` unless somebody ticked more: once for all its refs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stoker.receiver.said import Said, listed_none, pushed, unmoved
from stoker.receiver.senders.fields import gone, objects, texts

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers

SOURCE = "gitlab"
PUSHES = ("Push Hook", "Tag Push Hook")
PROJECT = ("git_http_url", "git_ssh_url", "web_url", "http_url", "ssh_url", "url")
REPOSITORY = ("git_http_url", "git_ssh_url", "homepage", "url")


def said(headers: Headers, body: Body) -> Said:
    """``after`` is the hash of zeros where the ref was deleted."""
    event = headers.get("x-gitlab-event", "")
    if event == "System Hook":
        event = str(body.get("object_kind") or body.get("event_name"))
    if event not in (*PUSHES, "push", "tag_push", "repository_update"):
        return unmoved(SOURCE, event)
    if event == "repository_update" and body.get("changes") == []:
        return listed_none(SOURCE)
    changes = objects(body, "changes") if event == "repository_update" else [body]
    moved = [change.get("ref") for change in changes if not gone(change.get("after"))]
    deleted = [change.get("ref") for change in changes if gone(change.get("after"))]
    urls = dict.fromkeys((*texts(body.get("project"), *PROJECT), *texts(body.get("repository"), *REPOSITORY)))
    return pushed(SOURCE, moved, deleted, tuple(urls))
