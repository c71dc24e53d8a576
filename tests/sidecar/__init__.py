"""The agent of a cluster, as the process that it is in a pod, against a real API server."""
