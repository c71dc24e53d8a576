"""From headers and body to one value: who spoke, in which order senders are recognised, and what is not understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stoker.receiver.payloads import read
from stoker.receiver.said import NO_REF, Ignored, Malformed, Ping, Push, Retarget

GITHUB = {"x-github-event": "push"}
PUSH = {"ref": "refs/heads/main", "repository": {"clone_url": "https://h/o/r.git", "url": "https://h/o/r"}}
RELEASE = {"action": "published", "release": {"tag_name": "v1"}}


def said(body: Any, **headers: str) -> Any:
    return read({name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode())


def test_a_github_push_names_ref_and_repository() -> None:
    assert read(GITHUB, json.dumps(PUSH).encode()) == Push(
        "github", ("refs/heads/main",), ("https://h/o/r.git", "https://h/o/r")
    )


def test_a_deleted_ref_is_ignored() -> None:
    assert said(PUSH | {"deleted": True}, x_github_event="push") == Ignored("github", "refs/heads/main was deleted")


def test_a_ping_is_a_ping_and_other_events_change_no_ref() -> None:
    assert said({"zen": "x"}, x_github_event="ping") == Ping("github")
    assert said(PUSH, x_github_event="issues") == Ignored("github", "event 'issues' changes no ref")


@pytest.mark.parametrize(
    ("header", "event", "source"),
    [
        ("x_gitea_event", "push", "gitea"),
        ("x_forgejo_event", "push", "gitea"),
        ("x_gogs_event", "push", "gogs"),
        ("x_gitlab_event", "Push Hook", "gitlab"),
        ("x_event_key", "repo:refs_changed", "bitbucket"),
    ],
)
def test_a_vendors_header_wins_over_the_github_header_that_it_also_sends(header: str, event: str, source: str) -> None:
    body = PUSH | {"changes": [{"refId": "refs/heads/main"}]}
    found = said(body, x_github_event="ping", **{header: event})
    assert isinstance(found, Push)
    assert found.source == source


def test_gitea_and_forgejo_are_not_taken_for_gogs_whose_header_they_also_send() -> None:
    for header in ("x_gitea_event", "x_forgejo_event"):
        assert said(PUSH, x_gogs_event="push", **{header: "push"}).source == "gitea"


def test_the_github_header_wins_over_the_shape_and_the_shape_over_the_generic_form() -> None:
    assert said(RELEASE | PUSH, x_github_event="push").source == "github"
    assert isinstance(said(RELEASE | PUSH, x_github_event="push"), Push)
    assert said(RELEASE | {"ref": "v9"}) == Retarget("github", "v1")


def test_a_generic_body_may_hold_whatever_else() -> None:
    assert said({"ref": "v1", "app": "mixer", "release": "no", "freight": 3}) == Retarget("generic", "v1")


@pytest.mark.parametrize(
    "shape",
    [
        {"release": {"tag_name": ""}},
        {"app": {"metadata": {"annotations": {}}}},
        {"app": {"metadata": {"annotations": {"git.ref": 7}}}},
        {"freight": {"commits": []}},
        {"freight": {"commits": [{"id": "abc"}]}},
    ],
)
def test_a_shape_that_names_no_ref_leaves_it_to_the_generic_form(shape: Any) -> None:
    assert said(shape | {"ref": "v1"}) == Retarget("generic", "v1")
    assert said(shape) == Malformed("unknown", NO_REF)


@pytest.mark.parametrize("raw", [b"", b"ref=main", b"\xff\xfe\x00", b'{"ref": "main"', b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_says_which_setting_to_change(raw: bytes) -> None:
    found = read({}, raw)
    assert isinstance(found, Malformed)
    assert found.source == "unknown"
    assert "application/json" in found.error


@pytest.mark.parametrize(
    "body", [[], "main", 7, None, {}, {"ref": None}, {"ref": ""}, {"ref": 5}, {"ref": ["main"]}, {"release": {}}]
)
def test_no_ref_is_said_in_the_contracts_words(body: Any) -> None:
    found = said(body)
    assert isinstance(found, Malformed)
    assert found.error == NO_REF == "no ref found in payload"


@pytest.mark.parametrize("ref", [None, "", 5])
@pytest.mark.parametrize("event", ["push", "release"])
def test_no_ref_in_a_github_payload_is_githubs(event: str, ref: Any) -> None:
    found = said({"ref": ref, "release": {"tag_name": ref}}, x_github_event=event)
    assert found == Malformed("github", NO_REF)


@pytest.mark.parametrize(
    "ref",
    [
        "a b",
        "a\nb",
        "a..b",
        "-rf",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.lock",
        "a~1",
        "a^",
        "a:b",
        "@",
        "\ud800",
        "x" * 513,
    ],
)
def test_what_git_takes_for_no_ref_is_refused_before_it_is_written_anywhere(ref: str) -> None:
    found = said({"ref": ref})
    assert isinstance(found, Malformed)
    assert found.source == "generic"
    assert len(found.error) < 400


@pytest.mark.parametrize(
    "ref", ["main", "feature/pump-7", "v1.2.3+build", "refs/tags/v1", "Zürich", "a" * 40, "a@b", "#1"]
)
def test_every_name_that_git_takes_passes(ref: str) -> None:
    assert said({"ref": ref}) == Retarget("generic", ref)


@pytest.mark.parametrize("repository", [None, "x", [], {"clone_url": 5, "url": ""}])
def test_a_push_without_a_usable_repository_still_names_its_ref(repository: Any) -> None:
    assert said(PUSH | {"repository": repository}, x_github_event="push") == Push("github", ("refs/heads/main",))
