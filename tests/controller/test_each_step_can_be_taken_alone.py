"""The steps are functions of a pass: read alone, called alone, in the contract's order."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest
import trio
import trio.testing

from stoker.api import names
from stoker.api.objects import GatewaySync, ObjectMeta
from stoker.controller.lookups import Lookups
from stoker.controller.metrics import ControllerMetrics
from stoker.controller.outcome import Census, Memory, Pass
from stoker.controller.reconcile import Reconciler
from stoker.controller.steps import discovery, finalizer, metadata, paused, profiles, rbac, resolve, secrets, ssh
from stoker.errors import CredentialsInvalid
from stoker.kube.cluster import CONFIGMAPS, GATEWAYSYNCS, ROLEBINDINGS
from stoker.observe.metrics import new_registry
from tests.controller.house import NS, URL, A, now, spec
from tests.controller.refusing import RefusingCluster
from tests.fakes.refs import FakeRefs

ORDER = (
    "finalizer.ensure",
    "paused.note",
    "profiles.validate",
    "secrets.git_credentials",
    "ssh.note",
    "resolve.resolve",
    "secrets.api_key",
    "metadata.publish",
    "discovery.discover",
    "reports.collect",
    "rbac.bind",
    "status.compose",
    "status.write",
    "retarget.settle",
    "metrics.show_pass",
)


@pytest.fixture
async def cluster(autojump_clock: trio.testing.MockClock) -> RefusingCluster:
    """A store that holds the resource and nothing else; no controller runs."""
    made = RefusingCluster(now=now)
    await made.create(GATEWAYSYNCS, NS, {"metadata": {"name": "main"}, "spec": spec()})
    return made


def passing(cluster: RefusingCluster, **changes: Any) -> Pass:
    found = cluster.peek(GATEWAYSYNCS, NS, "main")
    assert found is not None
    resource = GatewaySync(metadata=found.metadata, spec=spec(**changes), status=found.status)
    return Pass(resource, Memory(), Census((), frozenset()))


def test_their_order_is_the_contracts() -> None:
    source = inspect.getsource(Reconciler._steps)
    assert tuple(step for step in re.findall(r"(\w+\.\w+)\(", source) if step in ORDER) == ORDER


async def test_the_finalizer(cluster: RefusingCluster) -> None:
    await finalizer.ensure(passing(cluster), cluster)
    found = cluster.peek(GATEWAYSYNCS, NS, "main")
    assert found is not None
    assert found.metadata.finalizers == [names.FINALIZER]


@pytest.mark.parametrize(("raw", "is_paused"), [({"paused": True}, True), ({"paused": "yes"}, False), (None, False)])
def test_paused_is_read_even_from_a_broken_spec(raw: Any, is_paused: bool) -> None:
    this = Pass(GatewaySync(metadata=ObjectMeta(name="main"), spec=raw), Memory())
    paused.note(this)
    assert this.paused is is_paused


async def test_profiles(cluster: RefusingCluster) -> None:
    good, bad = passing(cluster), passing(cluster, sync__profiles={})
    for this in (good, bad):
        profiles.validate(this)
    assert (set(good.profiles), good.spec_error) == ({"default"}, None)
    assert (bad.spec, bad.profiles) == (None, {})
    assert bad.spec_error is not None


async def test_secrets(cluster: RefusingCluster) -> None:
    this = passing(cluster)
    profiles.validate(this)
    await secrets.git_credentials(this, cluster)
    assert this.credentials is not None
    assert this.credentials.pair is None
    with pytest.raises(CredentialsInvalid, match='gateway API key secret "api-key" not found'):
        await secrets.api_key(this, cluster, secrets.Keys())


async def test_host_keys(cluster: RefusingCluster) -> None:
    this = passing(cluster, git__auth={"sshKey": {"secretRef": {"name": "k", "key": "k"}}})
    profiles.validate(this)
    ssh.note(this)
    assert this.host_keys_checked is False


async def test_resolve_asks_and_goes_on_and_is_answered_in_a_later_pass(cluster: RefusingCluster) -> None:
    refs = FakeRefs({URL: {"refs/heads/main": A}})
    woken: list[tuple[str, str]] = []
    metrics = ControllerMetrics(new_registry())
    async with trio.open_nursery() as nursery:
        lookups = Lookups(refs, nursery, woken.append)
        first = passing(cluster)
        profiles.validate(first)
        await secrets.git_credentials(first, cluster)
        resolve.resolve(first, lookups, metrics)
    assert (first.pending, first.commit, resolve.next_delay(first)) == (True, "", None)
    assert woken == [(NS, "main")]
    second = passing(cluster)
    second.memory = first.memory
    profiles.validate(second)
    await secrets.git_credentials(second, cluster)
    resolve.resolve(second, lookups, metrics)
    assert (second.resolved, second.commit, resolve.next_delay(second)) == (True, A, 60)


async def test_metadata_waits_for_a_commit(cluster: RefusingCluster) -> None:
    this = passing(cluster)
    profiles.validate(this)
    await metadata.publish(this, cluster)
    assert cluster.peek(CONFIGMAPS, NS, "stoker-metadata-main") is None
    this.resolved, this.commit, this.url, this.ref = True, A, URL, "main"
    await metadata.publish(this, cluster)
    assert cluster.peek(CONFIGMAPS, NS, "stoker-metadata-main") is not None


async def test_discovery_and_permission_without_pods(cluster: RefusingCluster) -> None:
    this = passing(cluster)
    assert discovery.discover(this) == []
    await rbac.bind(this, cluster)
    found = cluster.peek(ROLEBINDINGS, NS, "stoker-agent-main")
    assert found is not None
    assert [subject.name for subject in found.subjects] == ["default"]


async def test_and_with_pods_that_are_not_known(cluster: RefusingCluster) -> None:
    this = passing(cluster)
    this.census = None
    assert discovery.discover(this) is None
    await rbac.bind(this, cluster)
    assert cluster.peek(ROLEBINDINGS, NS, "stoker-agent-main") is None
