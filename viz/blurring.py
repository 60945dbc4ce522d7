"""A Gaussian blur of pictures by compiled loops.

It gives the bits of `scipy.ndimage.gaussian_filter`, without scipy: loading that took a tenth of the time
from a command to its first picture.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.kernels import by_rows, kernel

REACH = 3.5
"""Where the bell is cut off, in its widths."""
SMALL = 50_000  # numbers that one thread has spread before another has begun


def blurred(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """An image (H, W, C) spread by a bell of `sigma` pixels; the border is taken to go on for ever."""
    weights = _weights(float(sigma))
    down = _spread(image, weights)
    along = _spread(np.ascontiguousarray(down.swapaxes(0, 1)), weights)
    return np.ascontiguousarray(along.swapaxes(0, 1))


def _spread(image: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Down the columns: rows are what a processor adds many of at once."""
    rows = image.reshape(len(image), -1)
    sums, out = np.empty(rows.shape), np.empty_like(rows)
    block = None if rows.size > SMALL else len(rows)
    by_rows(_spread_rows, len(rows), rows, weights, sums, out, block=block)
    return out.reshape(image.shape)


@lru_cache(maxsize=64)
def _weights(sigma: float) -> NDArray[np.float64]:
    """Half of the bell, its middle first; the whole has sum 1."""
    reach = int(REACH * sigma + 0.5)
    bell = np.exp(-0.5 / sigma**2 * np.arange(-reach, reach + 1) ** 2)
    half = (bell / bell.sum())[reach:]
    half.setflags(write=False)
    return half


@kernel
def _spread_rows(first: int, last: int, image: Any, weights: Any, sums: Any, out: Any) -> None:
    height, width = image.shape
    for row in range(first, last):
        for m in range(width):
            sums[row, m] = weights[0] * image[row, m]
        for k in range(len(weights) - 1, 0, -1):
            above, below = max(row - k, 0), min(row + k, height - 1)
            for m in range(width):
                sums[row, m] += weights[k] * (np.float64(image[above, m]) + np.float64(image[below, m]))
        for m in range(width):
            out[row, m] = np.float32(sums[row, m])
