"""Work over satellites and times in blocks, on threads: kernels release the GIL."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Literal

import numpy as np

_STATES_PER_TASK = 20_000  # below, a thread costs more than it brings


def in_blocks(
    fly: Callable[[slice, slice], None],
    satellites: int,
    times: int,
    *,
    along: Literal["satellites", "times"] | None = None,
) -> None:
    """Run `fly(satellites, times)` over blocks that cover both axes, in threads where it pays.

    Blocks are cut along the longer axis, or along the one named.
    """
    workers = min(os.cpu_count() or 1, max(1, satellites * times // _STATES_PER_TASK))
    if workers == 1:
        fly(slice(0, satellites), slice(0, times))
        return
    along_satellites = satellites >= times if along is None else along == "satellites"
    length = satellites if along_satellites else times
    edges = np.linspace(0, length, min(length, workers * 4) + 1).astype(int)
    everything = slice(None)
    with ThreadPoolExecutor(workers) as pool:
        tasks = [
            pool.submit(fly, part, everything) if along_satellites else pool.submit(fly, everything, part)
            for part in (slice(a, b) for a, b in pairwise(edges))
        ]
        for task in tasks:
            task.result()
