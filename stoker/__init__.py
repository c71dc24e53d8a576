"""Stoker: GitOps for Ignition.

A push becomes live configuration on every right gateway, safely, with a record of what changed. The rooms and their
layers are drawn in docs/architecture.md; what runs where is composed in ``manager``, ``agent/run`` and ``standalone``.
"""

__version__ = "0.1.0"
