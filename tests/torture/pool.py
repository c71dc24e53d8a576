"""Torture on all cores: jobs by seed, each in a worker process with a mount namespace of its own, outcomes added up."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, TypeVar

from tests.fakes.mounts import enter_namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

J = TypeVar("J")


def run_all(work: Callable[[J], Counter[str]], jobs: Iterable[J]) -> Counter[str]:
    """``work(job)`` for every job; the first failure ends it. Workers are spawned: they share nothing with pytest."""
    seen: Counter[str] = Counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, initializer=enter_namespace) as pool:
        waiting = [pool.submit(work, job) for job in jobs]
        try:
            for done in as_completed(waiting):
                seen.update(done.result())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return seen
