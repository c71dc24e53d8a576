"""Every type, reason and message of the contract's table."""

from __future__ import annotations

import pytest

from stoker.api.conditions import REASONS
from stoker.errors import GitUnreachable
from tests.controller.house import URL, A, B, House


async def test_resolved(resolved: House) -> None:
    assert resolved.words("RefResolved") == ("True", "RefResolved", A)


async def test_not_resolved_names_the_cause_and_the_retry(house: House) -> None:
    house.refs.errors[URL] = GitUnreachable("git.example does not answer")
    await house.resource()
    assert house.words("RefResolved") == (
        "False",
        "RefResolutionFailed",
        "Ref resolution failed (retry in 30s): git.example does not answer",
    )
    assert house.words("Ready") == ("False", "Reconciling", "Ref not resolved")


async def test_profiles_valid_and_invalid(resolved: House) -> None:
    assert resolved.words("ProfilesValid") == ("True", "ProfilesValid", "All profiles valid")
    await resolved.edit(sync__profiles__default__mappings=[{"source": "/etc", "destination": "../x"}])
    status, reason, message = resolved.words("ProfilesValid")
    assert (status, reason) == ("False", "ProfilesInvalid")
    assert "mappings[0].source: '/etc' is absolute" in message
    assert "mappings[0].destination: '../x' has a '..' component (path traversal)" in message
    assert resolved.words("Ready") == ("False", "Reconciling", "Profiles invalid")


async def test_without_gateways(resolved: House) -> None:
    assert resolved.words("AllGatewaysSynced") == ("False", "NoGatewaysDiscovered", "0/0 synced")
    assert resolved.words("Ready") == ("False", "Reconciling", "Waiting for gateways to sync")
    assert resolved.words("RefSkew")[0] == "False"
    with pytest.raises(AssertionError, match="no condition SidecarInjected"):
        resolved.condition("SidecarInjected")


async def test_some_of_them_synced(resolved: House) -> None:
    first = await resolved.pod("gw-0")
    await resolved.pod("gw-1")
    await resolved.report(first)
    assert resolved.words("AllGatewaysSynced") == ("False", "SyncInProgress", "1/2 synced")
    assert resolved.words("Ready") == ("False", "Reconciling", "Waiting for gateways to sync")


async def test_some_without_a_sidecar(resolved: House) -> None:
    first = await resolved.pod("gw-0")
    await resolved.pod("gw-1", agent=False)
    await resolved.report(first)
    assert resolved.words("AllGatewaysSynced") == ("False", "SyncInProgress", "1/2 synced (1 missing sidecar)")
    status, reason, message = resolved.words("SidecarInjected")
    assert (status, reason) == ("False", "SidecarMissing")
    assert message.startswith("1 gateway(s) missing stoker-agent sidecar: gw-1; ")


async def test_all_synced(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"))
    assert resolved.words("AllGatewaysSynced") == ("True", "SyncSucceeded", "1/1 synced")
    assert resolved.words("SidecarInjected") == ("True", "SidecarPresent", "All gateways have stoker-agent sidecar")
    assert resolved.words("Ready") == ("True", "SyncSucceeded", "All gateways synced")


async def test_synced_at_another_commit_does_not_count(resolved: House) -> None:
    await resolved.report(await resolved.pod("gw-0"), syncedCommit=B)
    assert resolved.words("AllGatewaysSynced") == ("False", "SyncInProgress", "0/1 synced")
    status, _, message = resolved.words("RefSkew")
    assert status == "True"
    assert "gw-0" in message


async def test_synced_at_no_commit_does_not_count(house: House) -> None:
    house.refs.errors[URL] = GitUnreachable("down")
    await house.resource()
    await house.report(await house.pod("gw-0"), syncedCommit="")
    assert house.gateway("gw-0").sync_status == "Synced"
    assert house.words("AllGatewaysSynced") == ("False", "SyncInProgress", "0/1 synced")


async def test_paused_wins_over_every_other_reason(house: House) -> None:
    await house.resource(paused=True, sync__profiles={})
    assert house.words("Ready") == ("False", "Paused", "Reconciliation paused")
    assert house.words("ProfilesValid")[0] == "False"


async def test_host_keys_unchecked_is_a_warning_for_ssh_only(house: House) -> None:
    secret = {"secretRef": {"name": "key", "key": "id"}}
    await house.resource(git__auth={"sshKey": secret})
    assert house.words("SSHHostKeyVerification")[:2] == ("False", "HostKeyVerificationDisabled")
    assert house.words("SSHHostKeyVerification")[2].startswith("SSH host key verification disabled")
    await house.edit(git__auth__sshKey__knownHosts=secret)
    assert house.words("SSHHostKeyVerification")[:2] == ("True", "HostKeyVerificationEnabled")
    assert house.words("SSHHostKeyVerification")[2].startswith("SSH host key verification enabled")
    await house.edit(sync__profiles__default__mappings=[])
    assert house.words("SSHHostKeyVerification")[0] == "True"
    await house.edit(sync__profiles__default__mappings=[{"source": "a", "destination": "a"}], git__auth=None)
    with pytest.raises(AssertionError, match="no condition SSHHostKeyVerification"):
        house.condition("SSHHostKeyVerification")


async def test_only_reasons_of_the_table_are_given(resolved: House) -> None:
    await resolved.pod("gw-0", agent=False)
    for condition in resolved.status().conditions:
        assert condition.reason in REASONS[condition.type]
        assert condition.last_transition_time
