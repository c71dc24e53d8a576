"""A Pod becomes a gateway: volume, address, resource, profile; what it lacks is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.standalone.gateways import Gateway
from tests.standalone.conftest import pod, resource
from tests.standalone.test_manifest_faults_come_all_at_once import faults, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_plain_pod_gets_every_default(write: Callable[..., Path], tmp_path: Path) -> None:
    assert load(write(resource(), pod(tmp_path))).gateways == (
        Gateway("default", "gw", "plant", "gw", "default", tmp_path, "http://localhost:8088", verify_tls=False),
    )


def test_the_resource_decides_scheme_and_port(write: Callable[..., Path], tmp_path: Path) -> None:
    tls = resource().replace("port: 8088", "port: 8043, tls: true")
    assert load(write(tls, pod(tmp_path))).gateways[0].url == "https://localhost:8043"


@pytest.mark.parametrize(
    ("url", "verified"),
    [
        ("https://10.0.0.7:8043/", True),
        ("https://127.0.0.1:8043", False),
        ("https://[::1]:8043", False),
        ("https://gw.localhost:8043", False),
        ("http://gw.example:8088", True),
    ],
)
def test_tls_is_verified_when_it_is_not_loopback(
    write: Callable[..., Path], tmp_path: Path, url: str, verified: bool
) -> None:
    gateway = load(write(resource(), pod(tmp_path, annotations=f'stoker.io/gateway-url: "{url}"'))).gateways[0]
    assert gateway.url == url.rstrip("/")
    assert gateway.verify_tls is verified


@pytest.mark.parametrize("url", ["10.0.0.7:8088", "ftp://x", "http://u:p@x", "http://x/main", "http://x:99999"])
def test_an_unusable_address_is_a_fault_that_shows_no_password(
    write: Callable[..., Path], tmp_path: Path, url: str
) -> None:
    found = faults(write(resource(), pod(tmp_path, annotations=f'stoker.io/gateway-url: "{url}"')))
    assert "stoker.io/gateway-url: must be http" in found[0]
    assert url not in found[0]


def test_a_pod_counts_as_running_and_injected(write: Callable[..., Path], tmp_path: Path) -> None:
    body = next(m for m in load(write(resource(), pod(tmp_path))).objects if m.kind.kind == "Pod").body
    assert body["status"]["phase"] == "Running"
    assert body["metadata"]["annotations"]["stoker.io/cr-name"] == "plant"
    assert body["metadata"]["annotations"]["stoker.io/injected"] == "true"
    assert body["spec"]["initContainers"][0]["name"] == "stoker-agent"


def test_without_a_volume_the_remedy_is_named(write: Callable[..., Path]) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: gw}\nspec: {}\n"
    assert "no volume named ignition-data or data with a hostPath" in faults(write(resource(), text))[0]


@pytest.mark.parametrize("path", ["data", "/da\\0ta"])
def test_a_volume_that_is_no_absolute_path_is_a_fault(write: Callable[..., Path], path: str) -> None:
    (fault,) = faults(write(resource(), pod(path)))
    assert "hostPath.path: must be the data directory's absolute path" in fault


def test_data_dir_alone_assumes_one_gateway_named_after_the_host(write: Callable[..., Path], tmp_path: Path) -> None:
    gateway = load(write(resource()), data_dir=tmp_path).gateways[0]
    assert (gateway.pod_name, gateway.gateway_name, gateway.profile, gateway.data) == (
        "edge-1",
        "edge-1",
        "default",
        tmp_path,
    )


def test_data_dir_overrides_the_only_pods_volume(write: Callable[..., Path], tmp_path: Path) -> None:
    assert load(write(resource(), pod("/elsewhere")), data_dir=tmp_path).gateways[0].data == tmp_path


def test_data_dir_with_two_pods_is_a_fault(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(resource(), pod("/a", name="a"), pod("/b", name="b"))
    assert "there are 2 Pods" in faults(path, data_dir=tmp_path)[0]


def test_two_pods_may_not_share_a_directory_nor_lie_in_one_another(write: Callable[..., Path], tmp_path: Path) -> None:
    same = write(resource(), pod(tmp_path, name="a"), pod(f"{tmp_path}/x/..", name="b"))
    assert "share the data directory" in faults(same)[0]
    inside = write(resource(), pod(tmp_path, name="a"), pod(tmp_path / "x", name="b"))
    assert "share the data directory" in faults(inside)[0]


def test_a_pod_without_its_resource_is_a_concern_with_admissions_words(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    manifests = load(write(resource("a"), resource("b"), pod(tmp_path)))
    assert not manifests.gateways
    assert "multiple GatewaySync CRs" in manifests.concerns[0]


def test_no_gateway_at_all_is_a_concern(write: Callable[..., Path]) -> None:
    assert "--data-dir" in load(write(resource())).concerns[0]


def test_pods_that_all_want_no_agent_are_no_gateway(write: Callable[..., Path], tmp_path: Path) -> None:
    text = pod(tmp_path, annotations='stoker.io/inject: "false"')
    assert load(write(resource(), text)).concerns[0].startswith("no gateway")
