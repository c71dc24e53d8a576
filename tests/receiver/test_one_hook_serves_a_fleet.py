"""``/webhook`` and ``/webhook/{namespace}``: matched by repository and ref, named, or passed over with the reason."""

from __future__ import annotations

import pytest

from stoker.kube.cluster import GATEWAYSYNCS
from stoker.receiver.repositories import NOWHERE, identity
from tests.receiver.conftest import Serve, Served, github, pushed

REPOSITORY = "https://github.com/plant/ignition"


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/plant/ignition.git",
        "https://github.com/plant/ignition",
        "https://github.com/plant/ignition/",
        "http://GitHub.com:8080/plant/ignition.git",
        "https://x-access-token:abc@github.com/plant/ignition.git",
        "git@github.com:plant/ignition.git",
        "github.com:plant/ignition",
        "ssh://git@github.com:22/plant/ignition.git",
        "git://github.com/plant/ignition.git",
        "https://github.com/plant/ignition/.git",
        "https://github.com/Plant/Ignition.git",
        "git@github.com:/plant/ignition.git",
        "git+ssh://git@github.com/plant/ignition",
        "ssh://git@ssh.github.com:443/plant/ignition.git",
        "[git@ssh.github.com:443]:plant/ignition.git",
    ],
)
def test_one_repository_in_all_its_forms(url: str) -> None:
    assert identity(url) == identity(REPOSITORY)


@pytest.mark.parametrize(
    ("cloned", "pushed_as"),
    [
        ("ssh://git@altssh.gitlab.com:443/plant/ignition.git", "git@gitlab.com:plant/ignition.git"),
        ("ssh://git@altssh.bitbucket.org:443/plant/ignition.git", "https://bitbucket.org/plant/ignition"),
    ],
)
def test_a_host_that_serves_ssh_on_the_port_of_https_pushes_by_its_own_name(cloned: str, pushed_as: str) -> None:
    assert identity(cloned) == identity(pushed_as)


@pytest.mark.parametrize("host", ["git.example.com", "github.com.example.com"])
def test_on_a_host_of_ones_own_the_case_of_a_path_may_tell_two_apart(host: str) -> None:
    assert identity(f"https://{host.upper()}/plant/x") == identity(f"https://{host}/plant/x")
    assert identity(f"https://{host}/Plant/x") != identity(f"https://{host}/plant/x")


def test_a_blank_in_a_path_is_one_however_it_is_written() -> None:
    assert identity("https://git.example.com/Line%20Two/x") == identity("https://git.example.com/Line Two/x.git")


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/plant/other",
        "https://gitlab.com/plant/ignition",
        "https://github.com/plant/ignition.git/x",
        "https://github.com/",
        "file:///plant/ignition.git",
        "http://[broken/plant/ignition",
        "",
    ],
)
def test_other_repositories(url: str) -> None:
    assert identity(url) != identity(REPOSITORY)


async def test_nothing_is_never_the_same_as_nothing(receiver: Served) -> None:
    await receiver.add("broken", repo="http://[")
    answer = await receiver.push(pushed(repository="http://["), "/webhook")
    assert identity("http://[") == identity("") == identity("https://github.com/") == NOWHERE
    assert answer.json()["passedOver"]["default/broken"] == "another repository"


async def fleet(served: Served) -> None:
    """Beside ``default/plant``: one by ssh, one on a tag, one of another repository, one in another namespace."""
    await served.add("by-ssh", repo="git@github.com:plant/ignition.git")
    await served.add("on-a-tag", ref="v1")
    await served.add("elsewhere", repo="https://github.com/plant/else.git")
    await served.add("far", "north", repo="https://user:pw@github.com/plant/ignition")


async def test_everyone_who_follows_the_ref_is_nudged_and_the_others_named_with_the_reason(receiver: Served) -> None:
    await fleet(receiver)
    answer = await receiver.push(pushed(), "/webhook")
    assert answer.status_code == 202
    assert answer.json() == {
        "accepted": True,
        "ref": "refs/heads/main",
        "resources": ["default/by-ssh", "default/plant", "north/far"],
        "passedOver": {
            "default/elsewhere": "another repository",
            "default/on-a-tag": "pushed refs/heads/main, but 'v1' is in effect",
        },
    }
    for name, namespace in (("plant", "default"), ("by-ssh", "default"), ("far", "north")):
        assert (await receiver.annotations(name, namespace)).keys() == {"pushed-at", "requested-by"}
    assert await receiver.annotations("on-a-tag") == await receiver.annotations("elsewhere") == {}


async def test_a_namespaces_hook_stays_in_it(receiver: Served) -> None:
    await fleet(receiver)
    answer = (await receiver.push(pushed(), "/webhook/north")).json()
    assert (answer["resources"], answer["passedOver"]) == (["north/far"], {})
    assert await receiver.annotations() == {}


async def test_a_push_that_concerns_nobody_says_so(receiver: Served) -> None:
    answer = await receiver.push(pushed(repository="https://github.com/other/one"), "/webhook")
    assert answer.status_code == 202
    assert (answer.json()["accepted"], answer.json()["resources"]) == (False, [])
    assert "no resource follows" in answer.json()["reason"]


async def test_a_push_that_names_no_repository_concerns_nobody(receiver: Served) -> None:
    answer = await receiver.push(pushed() + b" ", "/webhook")
    assert answer.json()["accepted"]
    answer = await receiver.push(b'{"ref": "refs/heads/main"}', "/webhook")
    assert (answer.status_code, answer.json()["accepted"]) == (202, False)
    assert "names no repository" in answer.json()["reason"]


@pytest.mark.parametrize("path", ["/webhook", "/webhook/default"])
async def test_only_pushes_fan_out(receiver: Served, path: str) -> None:
    before = await receiver.versions()
    release = b'{"action": "published", "release": {"tag_name": "v1"}}'
    for answer in (await receiver.order("v2", path), await receiver.push(release, path, event="release")):
        assert (answer.status_code, answer.json()["accepted"]) == (202, False)
        assert "only pushes fan out" in answer.json()["reason"]
    assert not (await receiver.push(pushed(deleted=True), path)).json()["accepted"]
    assert await receiver.versions() == before


@pytest.mark.parametrize("path", ["/webhook", "/webhook/default"])
async def test_an_open_receiver_has_no_fleet_hook(serving: Serve, path: str) -> None:
    served = await serving({})
    for body in (pushed(), b"no JSON"):
        answer = await served.post(body, github(body), path)
        assert answer.status_code == 403
        assert "WEBHOOK_HMAC_SECRET" in answer.json()["error"]
    assert await served.annotations() == {}


async def test_broken_resources_do_not_keep_the_news_from_the_others(receiver: Served) -> None:
    for name, spec in (("a", {"git": {"repo": "http://[", "ref": "main"}}), ("b", None), ("c", {"git": {"repo": 5}})):
        await receiver.cluster.create(GATEWAYSYNCS, "default", {"metadata": {"name": name}, "spec": spec})
    assert (await receiver.push(pushed(), "/webhook")).json()["resources"] == ["default/plant"]
