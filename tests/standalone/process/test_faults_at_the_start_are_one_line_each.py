"""What is wrong at the start: one line a fault on stderr, with the remedy, and the documented exit code."""

from __future__ import annotations

import socket

import pytest

from tests.standalone.process.conftest import SIGNED, Plant, ended, resource


def printed(child_lines: object) -> list[str]:
    assert isinstance(child_lines, list)
    return [line.event for line in child_lines if "level" not in line.fields]


async def refused(plant: Plant, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, list[str]]:
    child = await plant.start(*arguments, env=env, ready="")
    return await ended(child), printed(child.lines)


async def test_every_fault_of_the_environment_is_named_and_no_value_shown(plant: Plant) -> None:
    plant.write()
    env = {"LOG_LEVEL": "loud", "LOG_DEV_MODE": "perhaps", "WEBHOOK_HMAC_SECRET": "s3cret-a\ns3cret-b\ns3cret-c"}
    code, lines = await refused(plant, env=env)
    assert code == 2
    text = " ".join(lines)
    assert all(name in text for name in env)
    assert "s3cret" not in text


async def test_every_fault_of_the_manifests_is_a_line(plant: Plant) -> None:
    await plant.gateway()
    wrong = resource(plant.origin.url)
    wrong["spec"]["git"] |= {"ref": ""}
    wrong["spec"]["gateway"]["port"] = 0
    plant.write(wrong)
    code, lines = await refused(plant)
    assert code == 2
    assert len(lines) == 2
    assert all(line.startswith(f"stoker: {plant.manifests}, document 2: GatewaySync plant: spec.") for line in lines)


async def test_no_gateway_at_all_is_said_with_both_remedies(plant: Plant) -> None:
    plant.write()
    code, lines = await refused(plant)
    assert (code, len(lines)) == (2, 1)
    assert "add a Pod" in lines[0]
    assert "--data-dir" in lines[0]


async def test_a_pod_whose_profile_does_not_exist_is_named(plant: Plant) -> None:
    await plant.gateway(profile="nort")
    plant.write(resource(plant.origin.url, profiles=("north",)))
    code, lines = await refused(plant)
    assert code == 2
    assert "profile 'nort' not found" in lines[0]
    assert "north" in lines[0]


async def test_a_second_process_on_the_same_state_is_3_and_names_the_first(plant: Plant) -> None:
    await plant.gateway()
    plant.write()
    first = await plant.start()
    code, lines = await refused(plant)
    assert (code, len(lines)) == (3, 1)
    assert f"pid {first.process.pid}" in lines[0]
    assert "--state-dir" in lines[0]
    first.process.terminate()
    assert await ended(first) == 0
    assert (await plant.once())[0] == 0


@pytest.mark.parametrize("flag", ["--receiver", "--probes"])
async def test_a_taken_address_is_one_line_and_1_and_nothing_was_begun(plant: Plant, flag: str) -> None:
    data = await plant.gateway()
    plant.write()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        code, lines = await refused(plant, flag, address, env=SIGNED)
    assert (code, len(lines)) == (1, 1)
    assert f"{flag} {address} cannot be served" in lines[0]
    assert not (data / ".stoker").exists()


@pytest.mark.parametrize("flag", ["--receiver", "--probes"])
async def test_once_serves_nothing_and_says_so(plant: Plant, flag: str) -> None:
    code, lines = await refused(plant, "--once", flag, "127.0.0.1:0")
    assert (code, len(lines)) == (2, 1)
    assert flag in lines[0]


async def test_a_state_directory_that_cannot_be_made_is_named(plant: Plant) -> None:
    plant.write()
    (plant.root / "state").touch()
    code, lines = await refused(plant)
    assert (code, len(lines)) == (2, 1)
    assert f"--state-dir {plant.state}" in lines[0]
