"""How the kernels of pictures are compiled, and how they are run over rows."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from numba import njit

BLOCK_ROWS = 16

kernel = njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
"""For functions of numbers and arrays that allocate nothing, nor make views: counting references to the
arrays in every nested call took 40 % of the time of a pixel, and more in two threads."""


def threads() -> int:
    """Threads for the kernels: the processors this process may use, or LP_NUM_THREADS where set."""
    told = os.environ.get("LP_NUM_THREADS", "")
    if told.isdigit():
        return max(1, int(told))
    affinity = getattr(os, "sched_getaffinity", None)
    return max(1, len(affinity(0)) if affinity else os.cpu_count() or 1)


def by_rows(function: Callable[..., None], rows: int, *arguments: Any) -> None:
    """Run `function(first, last, *arguments)` over blocks of rows, in threads.

    Rows do not depend on each other, so the result does not depend on the number of threads.
    """
    starts = range(0, rows, BLOCK_ROWS)
    count = min(threads(), len(starts))
    if count == 1:
        function(0, rows, *arguments)
        return
    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(function, a, min(a + BLOCK_ROWS, rows), *arguments) for a in starts]
        for job in jobs:
            job.result()
