"""A release of the chart on a plane, by the commands that people type, and what of it the cluster then holds."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.cluster.accounts import token_for
from tests.cluster.binaries import ROOT
from tests.cluster.chart import CHART, ChartError, helm
from tests.manager.process import Manager

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.plane import Plane

CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gatewaysyncs.stoker.io"
# Not of anybody's making: they come and go by themselves.
PASSING = (
    "event",
    "lease.coordination.k8s.io/apiserver",
    "endpoint",
    "apiservice",
    "componentstatus",
    "controllerrevision",
    "pod/",
    "replicaset",
)


@dataclass
class Release:
    """``name`` in ``namespace``; every command waits for its end and raises ChartError with what helm said."""

    plane: Plane
    name: str = "stoker"
    namespace: str = "stoker-system"

    def install(self, *words: str, chart: Path = CHART) -> str:
        """What helm says, the notes included."""
        return self._helm("install", self.name, str(chart), "--create-namespace", *words)

    def upgrade(self, *words: str, chart: Path = CHART) -> str:
        """Likewise."""
        return self._helm("upgrade", self.name, str(chart), *words)

    def rollback(self) -> str:
        """To the revision before."""
        return self._helm("rollback", self.name)

    def uninstall(self) -> str:
        """Likewise; waits until everything has gone."""
        return self._helm("uninstall", self.name, "--wait", "--timeout=60s")

    def installed(self) -> bool:
        """Does helm know it?"""
        return self.name in self._helm("list", "--short", "--all").split()

    def type(self, command: str) -> str:
        """A line of kubectl as it was printed."""
        program, *words = shlex.split(command)
        assert program == "kubectl"
        done = subprocess.run(
            [self.plane.binaries / "kubectl", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=ROOT,
            env=self._env(),
        )
        if done.returncode:
            raise ChartError(done.stderr)
        return done.stdout

    def can(self, verb: str, resource: str, *, within: str = "", name: str = "", group: str = "") -> bool:
        """May the manager of this release do that?"""
        plural, _, below = resource.partition("/")
        asked = {"verb": verb, "resource": plural, "namespace": within, "name": name, "group": group}
        account = f"system:serviceaccount:{self.namespace}:{self.name}-stoker-operator-controller-manager"
        spec = {"user": account, "resourceAttributes": {**asked, **({"subresource": below} if below else {})}}
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        answer = self.plane.admin.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
        return bool(answer["status"]["allowed"])

    def everything(self) -> set[str]:
        """Every object of the cluster that stays by itself, as KIND/NAME."""
        kinds = [kind for kind in self.type("kubectl api-resources --verbs=list -o name").split() if _stays(kind)]
        lines = self.type(f"kubectl get {','.join(kinds)} --all-namespaces -o name --ignore-not-found").splitlines()
        return {line for line in lines if _stays(line)}

    def crd(self) -> dict[str, Any]:
        """The CRD as it is."""
        return self.plane.admin.get(CRD)

    def manager(self, folder: Path) -> Manager:
        """A process with the rights of this release, as its Deployment would run it."""
        token = token_for(self.plane, self.namespace, f"{self.name}-stoker-operator-controller-manager")
        config = self.plane.write_kubeconfig(f"release-{self.name}", {"token": token}, namespace=self.namespace)
        return Manager(folder, config).ready()

    def _env(self) -> dict[str, str]:
        home = str(self.plane.directory)
        return {"KUBECONFIG": str(self.plane.kubeconfig), "HOME": home, "PATH": os.environ["PATH"]}

    def _helm(self, *words: str) -> str:
        return helm(*words, f"--namespace={self.namespace}", env=self._env())


def _stays(what: str) -> bool:
    return not what.startswith(PASSING)
