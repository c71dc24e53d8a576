"""From a request to one value: what was said, by whom. Pure; one function a sender.

A *push* is news about a branch or tag and nudges whoever follows it. A *retarget* is an order to change the ref. Vendor
headers are looked at before ``X-GitHub-Event``, because Gitea and its kin send both. Payload shapes are those of the
senders' public webhook documentation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stoker.errors import FeatureUnsupported

Body = Mapping[str, Any]
NO_REF: Final = "no ref found in payload"


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


Said = Push | Retarget | Ping | Ignored | Malformed
Sender = Callable[[Mapping[str, str], Body], Said]

_LATER: Final = {
    "x-gitea-event": "gitea",
    "x-forgejo-event": "gitea",
    "x-gogs-event": "gogs",
    "x-gitlab-event": "gitlab",
    "x-event-key": "bitbucket",
}


def read(headers: Mapping[str, str], raw: bytes) -> Said:
    """``headers`` with lower-case names. FeatureUnsupported for senders that this build does not serve."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return Malformed("unknown", "the body is not JSON; set the webhook's content type to application/json")
    if not isinstance(body, dict):
        return Malformed("unknown", NO_REF)
    for header, source in _LATER.items():
        if header in headers:
            raise FeatureUnsupported(
                f'webhooks of {source} are not served by this build; send {{"ref": …}} with a token'
            )
    return _sender(headers, body)(headers, body)


def _sender(headers: Mapping[str, str], body: Body) -> Sender:
    if "x-github-event" in headers:
        return _github
    if isinstance(body.get("release"), dict):
        return _github_release
    if isinstance(body.get("app"), dict) or isinstance(body.get("freight"), dict):
        raise FeatureUnsupported('Argo CD and Kargo payloads are not served by this build; send {"ref": …}')
    return _generic


def _github(headers: Mapping[str, str], body: Body) -> Said:
    event = headers["x-github-event"]
    if event == "ping":
        return Ping("github")
    if event == "release":
        return _github_release(headers, body)
    if event != "push":
        return Ignored("github", f"event {event!r} changes no ref")
    ref = body.get("ref")
    if not isinstance(ref, str) or not ref:
        return Malformed("github", NO_REF)
    if body.get("deleted") is True:
        return Ignored("github", f"{ref} was deleted")
    return Push("github", ref, _urls(body.get("repository"), ("clone_url", "ssh_url", "git_url", "html_url", "url")))


def _github_release(_headers: Mapping[str, str], body: Body) -> Said:
    release = body.get("release")
    tag = release.get("tag_name") if isinstance(release, dict) else None
    if not isinstance(tag, str) or not tag:
        return Malformed("github", NO_REF)
    if body.get("action") in {"deleted", "unpublished"}:
        return Ignored("github", f"release {tag} was {body['action']}")
    return Retarget("github", tag)


def _generic(_headers: Mapping[str, str], body: Body) -> Said:
    ref = body.get("ref")
    if not isinstance(ref, str) or not ref:
        return Malformed("generic" if "ref" in body else "unknown", NO_REF)
    return Retarget("generic", ref)


def _urls(repository: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(repository, dict):
        return ()
    return tuple(dict.fromkeys(value for name in names if isinstance(value := repository.get(name), str) and value))
