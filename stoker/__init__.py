"""Stoker: GitOps for Ignition.

A push becomes live configuration on every right gateway, safely, with a record of what changed. The rooms and their
layers are drawn in docs/architecture.md; what runs where is composed in ``manager``, ``agent/run`` and ``standalone``.
"""

import sys

__version__ = "1.0.0"

# httpx loads its own command line wherever click and rich are installed: 3 MB and 40 ms that no process of ours needs.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
