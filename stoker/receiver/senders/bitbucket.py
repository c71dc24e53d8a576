"""Bitbucket Cloud (``repo:push``) and Data Center (``repo:refs_changed``, and of a mirror ``mirror:repo_synchronized``): one
request tells of all refs of a push.

Cloud names branches and tags bare and the repository by its page; Data Center names refs in full and gives clone URLs, and
before 7.0 only a page or nothing: then the URLs are put together from it. Its test of a connection is a request of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stoker.receiver.said import Ping, Said, listed_none, pushed, unmoved
from stoker.receiver.senders.fields import at, objects, texts

if TYPE_CHECKING:
    from stoker.receiver.senders.fields import Body, Headers

SOURCE = "bitbucket"
CLOUD = "https://bitbucket.org/"
TAGS = ("tag", "annotated_tag")
TEST = "diagnostics:ping"


def said(headers: Headers, body: Body) -> Said:
    """By ``X-Event-Key``."""
    event = headers.get("x-event-key", "")
    if event == "repo:push":
        return _cloud(body)
    if event in ("repo:refs_changed", "mirror:repo_synchronized"):
        return _data_center(body)
    return Ping(SOURCE) if event == TEST else unmoved(SOURCE, event)


def is_unsigned_test(headers: Headers) -> bool:
    """Whether somebody pressed *Test connection*: the one request of Data Center that a secret does not sign."""
    return headers.get("x-event-key") == TEST and "x-hub-signature" not in headers


def _cloud(body: Body) -> Said:
    if at(body, "push", "changes") == []:
        return listed_none(SOURCE)
    changes = objects(body, "push", "changes")
    moved = [_full(change.get("new")) for change in changes]
    deleted = [_full(change.get("old")) for change in changes if change.get("new") is None]
    name = at(body, "repository", "full_name")
    named = (CLOUD + name,) if isinstance(name, str) and name else ()
    urls = dict.fromkeys((*texts(at(body, "repository", "links", "html"), "href"), *named))
    return pushed(SOURCE, moved, deleted, tuple(urls))


def _full(state: Any) -> str:
    """The full name of a branch or tag of which Cloud gives ``name`` and ``type``; empty when there is none."""
    name = at(state, "name")
    if not isinstance(name, str) or not name:
        return ""
    return f"refs/{'tags' if at(state, 'type') in TAGS else 'heads'}/{name}"


def _data_center(body: Body) -> Said:
    if body.get("changes") == []:
        return listed_none(SOURCE)
    changes = objects(body, "changes")
    moved = [_id(change) for change in changes if change.get("type") != "DELETE"]
    deleted = [_id(change) for change in changes if change.get("type") == "DELETE"]
    repository = body.get("repository")
    urls = [url for link in objects(repository, "links", "clone") for url in texts(link, "href")]
    if not urls:
        urls = [url for link in objects(repository, "links", "self") for url in _clones(link, repository)]
    return pushed(SOURCE, moved, deleted, tuple(dict.fromkeys(urls)))


def _id(change: dict[str, Any]) -> Any:
    return at(change, "ref", "id") or change.get("refId")


def _clones(link: dict[str, Any], repository: Any) -> list[str]:
    """The clone URLs of a page ``…/projects/KEY/repos/SLUG/browse``: ``…/scm/key/SLUG``, and by ssh without what
    precedes; the key is written either way."""
    key, slug = at(repository, "project", "key"), at(repository, "slug")
    if not (isinstance(key, str) and isinstance(slug, str)):
        return []
    pages = (
        url.partition("/projects/") if "/projects/" in url else url.partition("/users/") for url in texts(link, "href")
    )
    bases = [base for base, found, _ in pages if found]
    hosts = [base.partition("://")[2].partition("/")[0] for base in bases]
    places = [*(f"{base}/scm" for base in bases), *(f"ssh://git@{host}" for host in hosts)]
    return [f"{place}/{name}/{slug}" for place in places for name in (key.lower(), key)]
