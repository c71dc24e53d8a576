"""Azure DevOps service hooks: ``git.push``, recognised by its body, for no header of its requests says what they are.

The body names one URL of a repository that has several: by https on either host, by ssh, and without the project where the
repository has its name. A server of one's own has ``_ssh`` for ``_git`` in those by ssh.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from stoker.receiver.said import Said, listed_none, pushed, unmoved
from stoker.receiver.senders.fields import at, gone, objects, texts

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers

SOURCE = "azuredevops"
SSH_HOSTS: Final = ("ssh.dev.azure.com", "vs-ssh.visualstudio.com")
_PAGE: Final = re.compile(
    r"https://(?:[^/@]*@)?(?:dev\.azure\.com/(?P<new>[^/]+)|(?P<old>[^/.]+)\.visualstudio\.com(?:/DefaultCollection)?)"
    r"(?:/(?P<project>[^/]+))?/_git/(?P<name>[^/]+)/?",
    re.IGNORECASE,
)


def said(_headers: Headers, body: Body) -> Said:
    """``newObjectId`` is the hash of zeros where the ref was deleted."""
    event = body.get("eventType")
    if event != "git.push":
        return unmoved(SOURCE, event)
    if at(body, "resource", "refUpdates") == []:
        return listed_none(SOURCE)
    updates = objects(body, "resource", "refUpdates")
    moved = [update.get("name") for update in updates if not gone(update.get("newObjectId"))]
    deleted = [update.get("name") for update in updates if gone(update.get("newObjectId"))]
    named = texts(at(body, "resource", "repository"), "remoteUrl", "sshUrl", "webUrl")
    return pushed(SOURCE, moved, deleted, tuple(dict.fromkeys(form for url in named for form in (url, *_forms(url)))))


def recognised(body: dict[str, Any]) -> bool:
    """Whether a body without a sender's header is of a service hook."""
    return body.get("publisherId") == "tfs" and "eventType" in body


def _forms(url: str) -> list[str]:
    """The other URLs of the repository of ``url``."""
    match = _PAGE.fullmatch(url)
    if match is None:
        return [url.replace("/_git/", "/_ssh/")] if "/_git/" in url else []
    organisation, name = match["new"] or match["old"], match["name"]
    project = match["project"] or name
    roots = (f"https://dev.azure.com/{organisation}", f"https://{organisation}.visualstudio.com")
    collections = (*roots, f"{roots[1]}/DefaultCollection")
    short = [f"{root}/_git/{name}" for root in collections] if project == name else []
    return [
        *(f"{root}/{project}/_git/{name}" for root in collections),
        *short,
        *(f"ssh://git@{host}/v3/{organisation}/{project}/{name}" for host in SSH_HOSTS),
    ]
