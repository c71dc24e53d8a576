"""The object store in memory: an adapter of the port with the semantics that a real API server shows.

It serves standalone mode, the demo and every test that needs a cluster. Where it is more lenient than a server, it is so
on purpose: no schema of a resource is held against it (as under an old CRD; ``api`` judges), namespaces need not exist,
nobody is forbidden anything, and a Pod keeps the status it is created with, because its manifest speaks for the kubelet.
"""

from stoker.kube.memory.adapter import MemoryCluster

__all__ = ["MemoryCluster"]
