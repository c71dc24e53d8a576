"""The adapter of the port for a real API server: connections of our own (``wire``), msgspec into the few fields used.

It must not know what is asked of it, nor where the access comes from.
"""

from stoker.kube.http.adapter import HttpCluster

__all__ = ["HttpCluster"]
