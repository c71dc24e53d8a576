"""A reading of the manifests names every fault with file, document and field, and never a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stoker.errors import ManifestInvalid
from stoker.standalone.manifests import Manifests, load_manifests
from tests.standalone.conftest import SECRET, pod, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def load(*paths: Path, data_dir: Path | None = None) -> Manifests:
    return load_manifests(paths, data_dir=data_dir, host="edge-1")


def faults(*paths: Path, data_dir: Path | None = None) -> list[str]:
    with pytest.raises(ManifestInvalid) as caught:
        load(*paths, data_dir=data_dir)
    return str(caught.value).splitlines()


def test_faults_of_several_files_come_together_with_their_fields(write: Callable[..., Path], tmp_path: Path) -> None:
    one = write(resource().replace("ref: main", 'ref: ""').replace("port: 8088", "port: 0"), name="one.yaml")
    two = write(
        "kind: Deployment\napiVersion: apps/v1\nmetadata: {name: x}\n", pod(tmp_path, name="Big"), name="two.yaml"
    )
    found = faults(one, two)
    assert any("one.yaml, document 1: GatewaySync plant: spec.git.ref" in fault for fault in found)
    assert any("one.yaml, document 1: GatewaySync plant: spec.gateway.port" in fault for fault in found)
    assert any("two.yaml, document 1: kind: 'Deployment'" in fault for fault in found)
    assert any("two.yaml, document 2: Pod (no name): metadata.name: 'Big'" in fault for fault in found)


def test_a_misspelt_field_is_a_fault(write: Callable[..., Path], tmp_path: Path) -> None:
    found = faults(write(resource().replace("polling:", "poling:"), pod(tmp_path)))
    assert "spec.poling: unknown field; did you mean polling?" in found[0]


def test_the_same_object_twice_names_both_places(write: Callable[..., Path], tmp_path: Path) -> None:
    found = faults(write(resource(), resource(), pod(tmp_path)))
    assert len(found) == 1
    assert "document 2" in found[0]
    assert "document 1" in found[0]


def test_a_name_cannot_leave_the_state_folder(write: Callable[..., Path], tmp_path: Path) -> None:
    found = faults(write(resource("../../etc/cron"), pod(tmp_path)))
    assert any("metadata.name" in fault for fault in found)


def test_a_secret_takes_string_data_and_faults_never_show_values(write: Callable[..., Path], tmp_path: Path) -> None:
    manifests = load(write(SECRET, resource(), pod(tmp_path)))
    secret = next(m for m in manifests.objects if m.kind.kind == "Secret")
    assert secret.body["data"] == {"apiKey": "c3Rva2VyOnMzY3JldA=="}
    assert "s3cret" not in repr(manifests)
    found = faults(write(SECRET.replace("stringData", "data"), resource(), pod(tmp_path)))
    assert any("data.apiKey: is not base64" in fault for fault in found)
    assert not any("s3cret" in fault for fault in found)


def test_annotations_must_be_text(write: Callable[..., Path], tmp_path: Path) -> None:
    found = faults(write(resource(), pod(tmp_path, annotations="stoker.io/inject: true")))
    assert any("metadata.annotations.stoker.io/inject: must be text" in fault for fault in found)


def test_nothing_at_all_is_a_fault(write: Callable[..., Path]) -> None:
    assert "holds no object" in faults(write("# empty\n"))[0]
