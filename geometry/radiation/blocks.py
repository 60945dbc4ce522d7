"""Blocks of work over threads: answers come back in order, so that sums do not depend on the threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from geometry.validation import check_whole

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def thread_count(jobs: int | None) -> int:
    """Threads to use: `jobs`, or as many as the process may run on.

    Raises
    ------
    ValueError
        Less than one, or no whole number.
    """
    if jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if check_whole(jobs, -(2**31), 2**31, name="jobs") < 1:
        raise ValueError(f"jobs must be 1 or more, got {jobs}; leave it out to use every core")
    return int(jobs)


def ordered_map(function: Callable[[Job], Answer], work: Iterable[Job], threads: int) -> Iterator[Answer]:
    """`function` of each job, in order, with at most four jobs per thread in flight.

    The function has to release the GIL to gain anything.  An interrupt drops what has not begun.
    """
    if threads == 1:
        yield from map(function, work)
        return
    pool = ThreadPoolExecutor(threads)
    pending: deque[Future[Answer]] = deque()
    try:
        for job in work:
            pending.append(pool.submit(function, job))
            if len(pending) >= 4 * threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
