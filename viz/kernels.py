"""How the kernels of pictures are compiled, and how they are run over rows."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from numba import njit, types
from numba.extending import intrinsic

BLOCK_ROWS = 16

kernel = njit(  # type: ignore[call-overload]  # numba takes `_nrt`, its types do not know it
    cache=True, nogil=True, error_model="numpy", _nrt=False
)
"""For functions of numbers and arrays that allocate nothing, nor make views: counting references to the
arrays in every nested call took 40 % of the time of a pixel, and more in two threads."""


def _bits(typing_context: Any, number: Any) -> Any:
    """What numba puts where a kernel calls `bits`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.uint32))

    return types.uint32(types.float32), generate


bits: Callable[[Any], Any] = intrinsic(_bits)  # type: ignore[assignment]  # its caller gives no context
"""In kernels: the bits of a float32 as an uint32."""


def threads() -> int:
    """Threads for the kernels: the processors this process may use, or LP_NUM_THREADS where set."""
    told = os.environ.get("LP_NUM_THREADS", "")
    if told.isdigit():
        return max(1, int(told))
    affinity = getattr(os, "sched_getaffinity", None)
    return max(1, len(affinity(0)) if affinity else os.cpu_count() or 1)


def by_rows(
    function: Callable[..., None], rows: int, *arguments: Any, block: int | None = BLOCK_ROWS
) -> None:
    """Run `function(first, last, *arguments)` over blocks of rows, in threads.

    Rows do not depend on each other, so the result does not depend on the number of threads.  With
    `block` None each thread gets one block: for work of which every block costs something.
    """
    step = -(-rows // threads()) if block is None else block
    starts = range(0, rows, max(1, step))
    count = min(threads(), len(starts))
    if count <= 1:
        function(0, rows, *arguments)
        return
    todo = iter(starts)

    def drawn() -> None:
        for first in todo:  # each block goes to one thread: taking the next holds the GIL
            function(first, min(first + step, rows), *arguments)

    others = [_pool(count - 1).submit(drawn) for _ in range(count - 1)]
    drawn()
    for other in others:
        other.result()


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    """Threads that wait for work: to begin them anew costs more than many a kernel."""
    return ThreadPoolExecutor(count, thread_name_prefix="rows")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not come along


@kernel
def arctangent(y: float, x: float) -> float:
    """Angle of (x, y), as `math.atan2` to 5e-8 rad (0.3 m on the ground) in a quarter of its time.

    The polynomial is that of [AbramowitzStegun1964, 4.4.49].
    """
    ax, ay = abs(x), abs(y)
    t = min(ax, ay) / max(max(ax, ay), 1e-300)
    s = t * t
    r = 0.0028662257 * s - 0.0161657367
    r = ((r * s + 0.0429096138) * s - 0.0752896400) * s + 0.1065626393
    r = (((r * s - 0.1420889944) * s + 0.1999355085) * s - 0.3333314528) * s
    angle = t + r * t
    if ay > ax:
        angle = 0.5 * math.pi - angle
    if x < 0.0:
        angle = math.pi - angle
    return -angle if y < 0.0 else angle
