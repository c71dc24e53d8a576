"""The process without a cluster: one composition root over the in-memory object store, and what goes with it.

Here the rooms are put together; no rule of syncing, reconciling or receiving lives here, so that a gateway under
systemd runs the same code as one in a cluster.
"""
