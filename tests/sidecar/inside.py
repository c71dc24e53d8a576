"""Runs ``stoker`` as if in a container: ``python -m tests.sidecar.inside FOLDER ARGUMENT…`` mounts a service account's files.

Where those files are is fixed by the kubelet, and no test may write there. So the process gets a mount namespace of its own, in
which that place is a link to ``FOLDER``; a token that is renewed there is renewed as in a pod. With ``LAID_OPEN`` in the
environment, the folder of ``tests.fakes.laid_open``, its clock can be moved and its tasks be counted; with ``GIT_BOUNDS``, which
``tests.sidecar.hasty`` reads, its git work has less time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from stoker.kube.config.in_cluster import FOLDER
from tests.fakes.mounts import enter_namespace, tmpfs


def main(account: str, *arguments: str) -> None:
    """Becomes that process."""
    here = Path.cwd()
    enter_namespace()
    tmpfs(FOLDER.parents[2].resolve(), size="1m")  # /var/run, which is /run
    FOLDER.parent.mkdir(parents=True)
    FOLDER.symlink_to(here / account)
    folder, bounds = os.environ.pop("LAID_OPEN", ""), os.environ.pop("GIT_BOUNDS", "")
    program = ["tests.fakes.laid_open", folder] if folder else ["stoker"]
    if bounds:
        program, arguments = ["tests.sidecar.hasty", bounds], arguments[1:]
    os.execv(sys.executable, [sys.executable, "-m", *program, *arguments])


if __name__ == "__main__":
    main(*sys.argv[1:])
