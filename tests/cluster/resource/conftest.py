"""GatewaySyncs of one namespace, written as a client writes them that checks fields strictly (kubectl's default)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from stoker.api import names
from tests.cluster import binaries
from tests.cluster.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


@dataclass(frozen=True)
class Resources:
    """Raises RefusedError where the API server refuses."""

    plane: Plane
    namespace: str

    @property
    def path(self) -> str:
        """Of the collection."""
        return f"/apis/{names.API_VERSION}/namespaces/{self.namespace}/{names.PLURAL}"

    def manifest(self, spec: Any, name: str = "plant") -> Json:
        """What a user would write."""
        meta = {"name": name, "namespace": self.namespace}
        return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": meta, "spec": spec}

    def judged(self, spec: Any, name: str = "plant", *, validation: str = "Strict") -> Json:
        """The object as it would be stored; it is not."""
        return self.plane.admin.create(
            f"{self.path}?dryRun=All&fieldValidation={validation}", self.manifest(spec, name)
        )

    def create(self, spec: Any, name: str = "plant") -> Json:
        """The object as it is stored."""
        return self.plane.admin.create(f"{self.path}?fieldValidation=Strict", self.manifest(spec, name))

    def get(self, name: str = "plant") -> Json:
        """The object as it is."""
        return self.plane.admin.get(f"{self.path}/{name}")

    def patch(self, body: Json, name: str = "plant", *, subresource: str = "") -> Json:
        """A merge patch."""
        return self.plane.admin.patch(f"{self.path}/{name}{subresource}", body)


@pytest.fixture
def resources(plane: Plane, namespace: str) -> Resources:
    """Those of the test's namespace."""
    return Resources(plane, namespace)


@pytest.fixture(scope="session")
def judge(plane: Plane) -> Resources:
    """For what is only judged and never stored: one namespace does for all."""
    return Resources(plane, "default")


@pytest.fixture(scope="module")
def bare_plane(plane: Plane) -> Iterator[Plane]:
    """A plane of the module's own, without our CRD. It asks for the shared one, to be left out wherever that is."""
    bare = Plane(binaries.found())
    yield bare
    bare.close()
