"""GitHub: ``X-GitHub-Event`` push, ping and release; a release is known without the header.

A branch that is created or deleted is told twice, by its own event and as a push: the push is the one that is heard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.receiver.said import Ignored, Ping, Said, ordered, pushed, unmoved
from stoker.receiver.senders.fields import at, gone, texts

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers

SOURCE = "github"
URLS = ("clone_url", "ssh_url", "git_url", "html_url", "url")


def said(headers: Headers, body: Body) -> Said:
    """By the event that the header names."""
    event = headers.get("x-github-event", "release")
    if event == "ping":
        return Ping(SOURCE)
    if event == "release":
        return release(SOURCE, body)
    return push(SOURCE, body) if event == "push" else unmoved(SOURCE, event)


def push(source: str, body: Body) -> Said:
    """The push of GitHub's form, which others have taken over: ``ref``, ``after``, ``deleted``, ``repository``."""
    refs = (body.get("ref"),)
    left = body.get("deleted") is True or gone(body.get("after"))
    return pushed(source, () if left else refs, refs if left else (), texts(body.get("repository"), *URLS))


def release(source: str, body: Body) -> Said:
    """The release of GitHub's form: an order to follow its tag, unless it says that the release went away or is a draft, or
    that its text was edited: who corrects the notes of an old release does not order plants back to it.
    """
    tag = at(body, "release", "tag_name")
    action = body.get("action")
    if action in ("deleted", "unpublished"):
        return Ignored(source, f"release {str(tag)[:200]} was {action}")
    if action == "edited" and at(body, "changes", "tag_name") is None:
        return Ignored(source, f"release {str(tag)[:200]} was edited, its tag was not")
    if at(body, "release", "draft") is True:
        return Ignored(source, f"release {str(tag)[:200]} is a draft, whose tag need not exist")
    return ordered(source, tag)


def is_release(body: dict[str, Any]) -> bool:
    """Whether a body without a sender's header is a release."""
    return bool(texts(body.get("release"), "tag_name"))
