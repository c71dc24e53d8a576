"""From a request to one value: what was said, by whom. Pure; one function a sender.

A *push* is news about a branch or tag and nudges whoever follows it. A *retarget* is an order to change the ref. Vendor
headers are looked at before ``X-GitHub-Event``, because Gitea and its kin send both. Payload shapes are those of the
senders' public webhook documentation. A sender whose function does not exist yet is known all the same, so that it is
refused by name instead of being taken for somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from stoker.receiver.refs import well_formed

Headers = Mapping[str, str]
Body = Mapping[str, Any]
NO_REF: Final = "no ref found in payload"
UNKNOWN: Final = "unknown"
"""The source before, or without, a payload that tells it."""


@dataclass(frozen=True)
class Push:
    """A branch or tag moved. ``ref`` is full where the sender says so; ``repositories``: URLs it may be known by."""

    source: str
    ref: str
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retarget:
    """The resource shall follow ``ref`` from now on."""

    source: str
    ref: str


@dataclass(frozen=True)
class Ping:
    """The sender asks whether somebody is there."""

    source: str


@dataclass(frozen=True)
class Ignored:
    """Understood, and nothing to do: ``reason``."""

    source: str
    reason: str


@dataclass(frozen=True)
class Malformed:
    """Not understood: answered 400 with ``error``."""

    source: str
    error: str


@dataclass(frozen=True)
class Unserved:
    """A sender that this build knows and does not serve: answered 501 with ``error``."""

    source: str
    error: str


Said = Push | Retarget | Ping | Ignored | Malformed | Unserved
Sender = Callable[[Headers, Body], Said]


def read(headers: Headers, raw: bytes | bytearray) -> Said:
    """``headers`` with lower-case names, ``raw`` the whole body."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return Malformed(UNKNOWN, "the body is not JSON; set the webhook's content type to application/json")
    if not isinstance(body, dict):
        return Malformed(UNKNOWN, NO_REF)
    return _sender(headers, body)(headers, body)


def _sender(headers: Headers, body: Body) -> Sender:
    """By header first, by shape where a sender has no header of its own."""
    for header, sender in _BY_HEADER.items():
        if header in headers:
            return sender
    for shape, sender in _BY_SHAPE.items():
        if shape(body):
            return sender
    return _generic


def _github(headers: Headers, body: Body) -> Said:
    event = headers["x-github-event"]
    if event == "ping":
        return Ping("github")
    if event == "release":
        return _github_release(headers, body)
    if event != "push":
        return Ignored("github", f"event {event[:100]!r} changes no ref")
    ref = body.get("ref")
    if body.get("deleted") is True and isinstance(ref, str):
        return Ignored("github", f"{ref[:200]} was deleted")
    urls = _urls(body.get("repository"), ("clone_url", "ssh_url", "git_url", "html_url", "url"))
    return _with_ref("github", ref, lambda name: Push("github", name, urls))


def _github_release(_headers: Headers, body: Body) -> Said:
    release = body.get("release")
    tag = release.get("tag_name") if isinstance(release, dict) else None
    action = body.get("action")
    if action in ("deleted", "unpublished"):
        return Ignored("github", f"release {str(tag)[:200]} was {action}")
    return _with_ref("github", tag, lambda name: Retarget("github", name))


def _generic(_headers: Headers, body: Body) -> Said:
    source = "generic" if "ref" in body else UNKNOWN
    return _with_ref(source, body.get("ref"), lambda name: Retarget("generic", name))


def _unserved(source: str, _headers: Headers, _body: Body) -> Said:
    return Unserved(source, f'webhooks of {source} are not served by this build; post {{"ref": "…"}} instead')


def _with_ref(source: str, ref: Any, say: Callable[[str], Said]) -> Said:
    if not isinstance(ref, str) or not ref:
        return Malformed(source, NO_REF)
    if not well_formed(ref):
        return Malformed(source, f"{ref[:100]!r} is no name that git allows for a branch or tag")
    return say(ref)


def _urls(repository: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(repository, dict):
        return ()
    return tuple(dict.fromkeys(value for name in names if isinstance(value := repository.get(name), str) and value))


def _is_release(body: Body) -> bool:
    release = body.get("release")
    return isinstance(release, dict) and "tag_name" in release


def _is_argocd(body: Body) -> bool:
    app = body.get("app")
    return isinstance(app, dict) and isinstance(app.get("metadata"), dict)


def _is_kargo(body: Body) -> bool:
    freight = body.get("freight")
    return isinstance(freight, dict) and "commits" in freight


def _is_azure(body: Body) -> bool:
    return body.get("publisherId") == "tfs" and "eventType" in body


_BY_HEADER: Final[Mapping[str, Sender]] = {
    "x-gitea-event": partial(_unserved, "gitea"),
    "x-forgejo-event": partial(_unserved, "gitea"),
    "x-gogs-event": partial(_unserved, "gogs"),
    "x-gitlab-event": partial(_unserved, "gitlab"),
    "x-event-key": partial(_unserved, "bitbucket"),
    "x-github-event": _github,
}
_BY_SHAPE: Final[Mapping[Callable[[Body], bool], Sender]] = {
    _is_release: _github_release,
    _is_argocd: partial(_unserved, "argocd"),
    _is_kargo: partial(_unserved, "kargo"),
    _is_azure: partial(_unserved, "azuredevops"),
}
