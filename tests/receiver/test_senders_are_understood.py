"""What each sender's request says, by a sample of each event: who, which refs moved, or why there is nothing to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from stoker.receiver.payloads import read
from stoker.receiver.repositories import identity
from stoker.receiver.said import NO_REF, Ignored, Malformed, Ping, Push, Retarget
from tests.receiver.samples import NAMES, sample

if TYPE_CHECKING:
    from stoker.receiver.said import Said

MAIN, TAG = "refs/heads/main", "refs/tags/v2.4.0"

PUSHES = {
    "github-push": ("github", MAIN),
    "github-push-of-a-tag": ("github", TAG),
    "gitlab-push": ("gitlab", MAIN),
    "gitlab-push-of-a-tag": ("gitlab", TAG),
    "gitlab-push-that-is-signed": ("gitlab", MAIN),
    "gitlab-system-push": ("gitlab", MAIN),
    "gitlab-system-push-of-a-tag": ("gitlab", TAG),
    "gitlab-system-repository-update": ("gitlab", MAIN),
    "gitea-push": ("gitea", MAIN),
    "forgejo-push": ("gitea", MAIN),
    "gogs-push": ("gogs", MAIN),
    "gogs-create-of-a-tag": ("gogs", TAG),
    "bitbucket-cloud-push": ("bitbucket", MAIN),
    "bitbucket-cloud-push-of-several": ("bitbucket", MAIN, TAG),
    "bitbucket-datacenter-push": ("bitbucket", MAIN, TAG),
    "bitbucket-datacenter-push-without-clone-links": ("bitbucket", MAIN),
    "azuredevops-push": ("azuredevops", MAIN),
}
OTHERS: dict[str, Said] = {
    "github-ping": Ping("github"),
    "github-create": Ignored("github", "event 'create' changes no ref"),
    "github-delete": Ignored("github", "event 'delete' changes no ref"),
    "github-push-that-deletes": Ignored("github", "refs/heads/main was deleted"),
    "github-release": Retarget("github", "v2.4.0"),
    "github-release-that-is-a-draft": Ignored("github", "release v2.4.0 is a draft, whose tag need not exist"),
    "github-release-that-is-deleted": Ignored("github", "release v2.4.0 was deleted"),
    "gitlab-push-that-deletes": Ignored("gitlab", "refs/heads/main was deleted"),
    "gitlab-system-project-create": Ignored("gitlab", "event 'project_create' changes no ref"),
    "gitlab-merge-request": Ignored("gitlab", "event 'Merge Request Hook' changes no ref"),
    "gitea-create": Ignored("gitea", "event 'create' changes no ref"),
    "gitea-delete": Ignored("gitea", "event 'delete' changes no ref"),
    "gitea-release": Retarget("gitea", "v2.4.0"),
    "forgejo-push-that-deletes": Ignored("gitea", "refs/heads/main was deleted"),
    "gogs-create-of-a-branch": Ignored("gogs", "event 'create' changes no ref"),
    "bitbucket-cloud-push-that-deletes": Ignored("bitbucket", "refs/heads/main was deleted"),
    "bitbucket-cloud-pull-request": Ignored("bitbucket", "event 'pullrequest:created' changes no ref"),
    "bitbucket-datacenter-push-that-deletes": Ignored("bitbucket", "refs/heads/main was deleted"),
    "bitbucket-datacenter-ping": Ping("bitbucket"),
    "azuredevops-push-that-deletes": Ignored("azuredevops", "refs/heads/main was deleted"),
    "azuredevops-pull-request": Ignored("azuredevops", "event 'git.pullrequest.created' changes no ref"),
    "argocd-application": Retarget("argocd", "v2.4.0"),
    "argocd-application-without-a-ref": Malformed("unknown", NO_REF),
    "kargo-freight": Retarget("kargo", "v2.4.0"),
    "kargo-freight-without-a-tag": Malformed("unknown", NO_REF),
    "generic-ref": Retarget("generic", "v2.4.0"),
}
CLONED_FROM = {
    "github": ["https://github.com/plant/ignition.git", "git@github.com:plant/ignition.git"],
    "gitlab": ["https://gitlab.plant.example/plant/ignition.git", "git@gitlab.plant.example:plant/ignition.git"],
    "gitea": ["https://git.plant.example/plant/ignition", "ssh://git@git.plant.example:2222/plant/ignition.git"],
    "forgejo": ["https://forge.plant.example/plant/ignition.git"],
    "gogs": ["https://gogs.plant.example/plant/ignition.git", "git@gogs.plant.example:plant/ignition.git"],
    "bitbucket-cloud": ["https://mlindt@bitbucket.org/plant/ignition.git", "git@bitbucket.org:plant/ignition.git"],
    "bitbucket-datacenter": ["https://bitbucket.plant.example/scm/plant/ignition.git"],
    "bitbucket-datacenter-push-without": [
        "https://bitbucket.plant.example/scm/PLANT/ignition.git",
        "ssh://git@bitbucket.plant.example:7999/plant/ignition.git",
    ],
    "azuredevops": [
        "https://dev.azure.com/plant/Line%20Two/_git/ignition",
        "git@ssh.dev.azure.com:v3/plant/Line%20Two/ignition",
        "https://plant.visualstudio.com/Line%20Two/_git/ignition",
        "https://plant.visualstudio.com/DefaultCollection/Line%20Two/_git/ignition",
    ],
}


def test_every_sample_is_told_of() -> None:
    assert sorted([*PUSHES, *OTHERS]) == NAMES


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_names_its_sender_and_its_refs(name: str) -> None:
    request = sample(name)
    found = read(request.lower, request.raw)
    assert isinstance(found, Push)
    assert (found.source, *found.refs) == PUSHES[name]


@pytest.mark.parametrize("name", OTHERS)
def test_anything_else_is_what_it_is(name: str) -> None:
    request = sample(name)
    assert read(request.lower, request.raw) == OTHERS[name]


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_is_known_by_every_url_that_its_repository_is_cloned_from(name: str) -> None:
    request = sample(name)
    found = read(request.lower, request.raw)
    assert isinstance(found, Push)
    known = {identity(url) for url in found.repositories}
    wanted = [url for prefix, urls in CLONED_FROM.items() if name.startswith(prefix) for url in urls]
    assert wanted
    assert [url for url in wanted if identity(url) not in known] == []


@pytest.mark.parametrize("name", [name for name in PUSHES if PUSHES[name][1:] == (MAIN,)])
def test_a_branch_may_be_nested(name: str) -> None:
    request = sample(name)
    nested = request.raw.replace(b"refs/heads/main", b"refs/heads/line/two/tags/v1").replace(
        b'"type": "branch", "name": "main"', b'"type": "branch", "name": "line/two/tags/v1"'
    )
    found = read(request.lower, nested)
    assert isinstance(found, Push)
    assert found.refs == ("refs/heads/line/two/tags/v1",)


def test_an_annotated_tag_of_bitbucket_is_a_tag() -> None:
    change = {"old": None, "new": {"type": "annotated_tag", "name": "v2.4.0", "target": {"hash": "1c08a2f7be66"}}}
    body = {"push": {"changes": [change]}, "repository": {"full_name": "plant/ignition"}}
    found = read({"x-event-key": "repo:push"}, json.dumps(body).encode())
    assert found == Push("bitbucket", (TAG,), ("https://bitbucket.org/plant/ignition",))


def test_a_repository_of_azure_is_known_whichever_of_its_hosts_the_body_names() -> None:
    request = sample("azuredevops-push")
    new, old = b"https://plant@dev.azure.com/plant/", b"https://plant.visualstudio.com/DefaultCollection/"
    found = read(request.lower, request.raw.replace(new, old))
    assert isinstance(found, Push)
    known = {identity(url) for url in found.repositories}
    assert {identity(url) for url in CLONED_FROM["azuredevops"]} <= known


def test_another_publishers_body_is_no_hook_of_azure() -> None:
    request = sample("azuredevops-push")
    assert read(request.lower, request.raw.replace(b'"tfs"', b'"somebody"')) == Malformed("unknown", NO_REF)


def test_a_repository_of_a_person_at_bitbucket_is_known_without_clone_links() -> None:
    request = sample("bitbucket-datacenter-push-without-clone-links")
    raw = request.raw.replace(b'"key": "PLANT"', b'"key": "~MLINDT"').replace(b"projects/PLANT/", b"users/mlindt/")
    found = read(request.lower, raw)
    assert isinstance(found, Push)
    known = {identity(url) for url in found.repositories}
    assert identity("https://bitbucket.plant.example/scm/~mlindt/ignition.git") in known
    assert identity("ssh://git@bitbucket.plant.example:7999/~mlindt/ignition.git") in known


def test_a_repository_of_azure_is_known_by_its_older_ssh_host() -> None:
    request = sample("azuredevops-push")
    found = read(request.lower, request.raw)
    assert isinstance(found, Push)
    url = "plant@vs-ssh.visualstudio.com:v3/plant/Line%20Two/ignition"
    assert identity(url) in {identity(known) for known in found.repositories}


def test_a_repository_of_a_server_of_ones_own_is_known_by_its_ssh_url() -> None:
    request = sample("azuredevops-push")
    cloud, own = b"https://plant@dev.azure.com/plant/", b"https://tfs.plant.example/tfs/DefaultCollection/"
    found = read(request.lower, request.raw.replace(cloud, own))
    assert isinstance(found, Push)
    known = {identity(url) for url in found.repositories}
    for kind in ("_git", "_ssh"):
        assert identity(f"ssh://tfs.plant.example:22/tfs/DefaultCollection/Line%20Two/{kind}/ignition") in known


def test_a_repository_of_azure_that_has_its_projects_name_is_known_without_the_project() -> None:
    request = sample("azuredevops-push")
    raw = request.raw.replace(b"Line%20Two/_git/ignition", b"ignition/_git/ignition")
    found = read(request.lower, raw)
    assert isinstance(found, Push)
    assert identity("https://dev.azure.com/plant/_git/ignition") in {identity(url) for url in found.repositories}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("gi")])
def test_the_vendors_header_decides_and_the_github_header_beside_it_does_not(name: str) -> None:
    request = sample(name)
    alone = read(request.lower, request.raw)
    assert read(request.lower | {"x-github-event": "ping"}, request.raw) == alone or name.startswith("github")
