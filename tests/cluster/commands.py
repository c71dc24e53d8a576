"""The command lines of a plane's parts, and the keys that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.cluster.authority import Authority, write_kubeconfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# What tests see the work of. Each of the some forty others costs memory, and a watch on the API server.
CONTROLLERS_RUN: Final = (
    "serviceaccount-token-controller",
    "serviceaccount-controller",
    "root-ca-certificate-publisher-controller",
    "namespace-controller",
    "garbage-collector-controller",
    "statefulset-controller",
    "clusterrole-aggregation-controller",  # without it admin, edit and view are empty
)

CONTROLLERS_OF_NODES: Final = (
    "deployment-controller",
    "replicaset-controller",
    "endpointslice-controller",
    "endpoints-controller",
    "node-lifecycle-controller",
    "taint-eviction-controller",
    "pod-garbage-collector-controller",
    "disruption-controller",
    "persistentvolume-binder-controller",
    "persistentvolumeclaim-protection-controller",
)
"""And these where pods really run."""


class Commands:
    """Written for one directory, an address and three ports; ``ca`` and ``admin`` (certificate and key) are what clients need;
    ``server`` is the API server's own pair."""

    def __init__(self, binaries: Path, directory: Path, ports: tuple[int, int, int], address: str) -> None:
        self._binaries = binaries
        self._directory = directory
        self.etcd_port, self._peer_port, self.port = ports
        self.address = address
        self.url = f"https://{address}:{self.port}"
        self.authority = authority = Authority(directory)
        self.ca = authority.certificate
        self.admin = authority.client("admin", user="admin", group="system:masters")
        self._controllers = authority.client("controllers", user="system:kube-controller-manager")
        self.server = authority.server("apiserver")
        self._accounts = authority.signing_key("accounts")

    def kubeconfig(self, name: str, user: Mapping[str, Any], *, namespace: str = "default", server: str = "") -> Path:
        """A kubeconfig file in the directory."""
        path = self._directory / f"{name}.kubeconfig"
        return write_kubeconfig(
            path, server=server or self.url, authority=self.ca, user=dict(user), namespace=namespace
        )

    def pair_kubeconfig(self, name: str, pair: tuple[Path, Path]) -> Path:
        """A kubeconfig file with a client certificate and its key."""
        return self.kubeconfig(name, {"client-certificate": str(pair[0]), "client-key": str(pair[1])})

    def etcd(self) -> list[str]:
        """One member, which loses nothing but the machine's own end."""
        clients, peers = (f"http://127.0.0.1:{port}" for port in (self.etcd_port, self._peer_port))
        return [
            f"{self._binaries}/etcd",
            "--name=plane",
            f"--data-dir={self._directory}/etcd",
            "--unsafe-no-fsync",
            "--log-level=warn",
            f"--listen-client-urls={clients}",
            f"--advertise-client-urls={clients}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=plane={peers}",
        ]

    def apiserver(self) -> list[str]:
        """With RBAC and service account tokens, as clusters have them."""
        return [
            f"{self._binaries}/kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            f"--bind-address={self.address}",
            f"--advertise-address={self.address}",
            f"--secure-port={self.port}",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--tls-cert-file={self.server[0]}",
            f"--tls-private-key-file={self.server[1]}",
            f"--client-ca-file={self.ca}",
            f"--kubelet-client-certificate={self.admin[0]}",  # for logs and exec, where there is a node
            f"--kubelet-client-key={self.admin[1]}",
            "--kubelet-preferred-address-types=InternalIP",
            "--authorization-mode=RBAC",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self._accounts}",
            f"--service-account-signing-key-file={self._accounts}",
            "--enable-aggregator-routing=true",  # webhooks behind a Service are dialled at its endpoints
            "--allow-privileged=true",
            "--profiling=false",
        ]

    def scheduler(self) -> list[str]:
        """Without an election: there is one."""
        pair = self.authority.client("scheduler", user="system:kube-scheduler")
        config = self.pair_kubeconfig("scheduler", pair)
        return [f"{self._binaries}/kube-scheduler", f"--kubeconfig={config}", "--leader-elect=false", "--secure-port=0"]

    def controllers(self, more: Sequence[str] = ()) -> list[str]:
        """The few controllers whose work tests see, and ``more``."""
        return [
            f"{self._binaries}/kube-controller-manager",
            f"--kubeconfig={self.pair_kubeconfig('controllers', self._controllers)}",
            "--secure-port=0",
            "--leader-elect=false",
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={self._accounts}",
            f"--root-ca-file={self.ca}",
            f"--controllers={','.join([*CONTROLLERS_RUN, *more])}",
            "--profiling=false",
        ]
