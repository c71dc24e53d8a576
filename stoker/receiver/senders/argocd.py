"""Argo CD's notifications: the Application as it is, whose annotation ``git.ref`` says what to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.receiver.said import Said, ordered
from stoker.receiver.senders.fields import at, texts

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers


def said(_headers: Headers, body: Body) -> Said:
    """``app.metadata.annotations["git.ref"]``."""
    return ordered("argocd", at(body, "app", "metadata", "annotations", "git.ref"))


def recognised(body: dict[str, Any]) -> bool:
    """Whether a body without a sender's header holds an Application that names a ref. One that names none may have it beside."""
    return bool(texts(at(body, "app", "metadata", "annotations"), "git.ref"))
