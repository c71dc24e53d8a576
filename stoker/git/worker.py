"""The other side of ``workers``: a process that does git work one job after another, and is killed when one hangs.

``python -P -m stoker.git.worker READ_TIMEOUT FOLDER`` reads jobs from its standard input and writes their answers to its standard
output, both framed by ``frames``. Whatever prints goes to standard error instead. It ends when its input does, also in the
middle of a call: a thread waits for that, because nobody would take the answer any more; ``FOLDER``, its temporary files, goes
with it. Only what git needs is imported.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from typing import TYPE_CHECKING

from stoker.errors import StokerError
from stoker.git import frames, heads, store
from stoker.git.failures import Redirected
from stoker.git.library import bound_libgit2

if TYPE_CHECKING:
    from collections.abc import Callable

PRELOADED = heads, store
"""Imported before the first job, so that a job's deadline is not spent on it."""


def answer(work: Callable[[threading.Event], object]) -> frames.Answer:
    """What became of a job: its value, an error of ours, or the trace of a fault in this program."""
    try:
        return frames.Answer(value=work(threading.Event()))
    except (StokerError, Redirected) as error:
        return frames.Answer(error=error)
    except Exception:  # noqa: BLE001 - told to the other side, which raises it
        return frames.Answer(crash=traceback.format_exc())


def serve(read_timeout: float, folder: str) -> None:
    """Until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the parent decides
    answers = os.dup(1)
    os.dup2(2, 1)
    tempfile.tempdir = folder
    bound_libgit2(read_timeout=read_timeout)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    with open(0, "rb", closefd=False) as jobs, open(answers, "wb") as told:
        while (job := frames.read(jobs)) is not None:
            told.write(frames.framed(frames.pack(answer(frames.unpack_job(job)))))
            told.flush()


def _end_with_parent(folder: str) -> None:
    hangup = select.poll()
    hangup.register(0, 0)
    hangup.poll()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    serve(float(sys.argv[1]), sys.argv[2])
