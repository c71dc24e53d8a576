"""The adapter of the port for a real API server: httpx's transports on Trio, msgspec into the few fields used.

It must not know what is asked of it, nor where the access comes from. httpx stays in here, and so do its errors.
"""

from stoker.kube.http.adapter import HttpCluster

__all__ = ["HttpCluster"]
