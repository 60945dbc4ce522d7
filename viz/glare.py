"""What a lens spreads of the light that passes it: sums of Gaussians, worked out on a coarse grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz import theme
from viz.kernels import by_rows, kernel

Light = NDArray[np.float32]
GLARE_ROWS = 240
WIDER = 4  # cells of the grid for wide glare, in those of the first
WIDE_SIGMA = 6.0  # cells of the first grid from which a Gaussian is wide


def glare(light: Light, exposure: float, most_rows: int = GLARE_ROWS) -> tuple[Light, int]:
    """What the lens spreads of light (H, W, 3), on a grid (h, w, 3), and its step in pixels."""
    height, width = light.shape[:2]
    step = -(-min(height, width) // most_rows)
    narrow = _reduced(light, exposure, step)
    wide = _reduced(narrow, 1.0, WIDER)
    total, spread = np.zeros_like(narrow), np.zeros_like(wide)
    for sigma, weight in theme.BLOOM_SIGMAS:
        pixels = sigma * height / step
        if pixels < WIDE_SIGMA:
            add_blurred(narrow, pixels, weight, total)
        else:
            add_blurred(wide, pixels / WIDER, weight, spread)
    rows, columns = total.shape[:2]
    _add_rows(stretched(spread, WIDER, columns), WIDER, total.reshape(rows, -1))
    return total, step


def _reduced(light: Light, exposure: float, step: int) -> Light:
    """Means of light (H, W, 3) over cells of `step` x `step` pixels, exposed."""
    height, width = light.shape[:2]
    out = np.empty((-(-height // step), -(-width // step), 3), np.float32)
    strips = np.empty((len(out), 3 * width), np.float32)
    by_rows(_reduce, len(out), light.reshape(height, -1), exposure, step, out, strips, block=None)
    return out


def stretched(grid: Light, step: int, width: int) -> Light:
    """A grid (h, w, 3) read along its rows at each of `width` pixels, `step` to a cell: (h, 3 width)."""
    out = np.empty((len(grid), 3 * width), np.float32)
    place = np.clip((np.arange(width) + 0.5) / step - 0.5, 0.0, grid.shape[1] - 1.0)
    left = np.minimum(place.astype(np.uint64), max(grid.shape[1] - 2, 0))
    share = (place - left).astype(np.float32)
    by_rows(_stretch, len(grid), grid.reshape(len(grid), -1), 3 * left, share, out, block=None)
    return out


def add_blurred(image: Light, sigma: float, weight: float, total: Light) -> None:
    """Add an image (H, W, 3) blurred by a Gaussian, its edges held on beyond, to another."""
    reach = int(3.5 * sigma + 0.5)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    rows, columns = image.shape[:2]
    down = np.empty((rows, 3 * (columns + 2 * reach)), np.float32)
    _blur_down(0, rows, image.reshape(rows, -1), taps, down)
    _blur_along(0, rows, down, np.float32(weight) * taps, total.reshape(rows, -1))


@kernel
def between(row: int, step: int, rows: int) -> tuple[int, int, np.float32]:
    """The two rows of a coarse grid about one of the fine, and the share of the second."""
    half = np.float32(0.5)
    y = min(max((np.float32(row) + half) / np.float32(step) - half, np.float32(0.0)), np.float32(rows - 1))
    i = min(int(y), max(rows - 2, 0))
    return i, min(i + 1, rows - 1), y - np.float32(i)


@kernel
def _stretch(first: int, last: int, grid: Any, left: Any, share: Any, out: Any) -> None:
    one, two = np.uint64(1), np.uint64(2)
    beyond = np.uint64(3 if grid.shape[1] > 3 else 0)
    for row in range(first, last):
        for column in range(len(left)):
            j, x = left[column], share[column]
            k = j + beyond
            red, green, blue = grid[row, j], grid[row, j + one], grid[row, j + two]
            out[row, 3 * column] = red + x * (grid[row, k] - red)
            out[row, 3 * column + 1] = green + x * (grid[row, k + one] - green)
            out[row, 3 * column + 2] = blue + x * (grid[row, k + two] - blue)


@kernel
def _add_rows(grid: Any, step: int, out: Any) -> None:
    """Add rows `step` times as far apart, read between them."""
    for row in range(out.shape[0]):
        i, i1, y = between(row, step, grid.shape[0])
        for a in range(out.shape[1]):
            out[row, a] += grid[i, a] + y * (grid[i1, a] - grid[i, a])


@kernel
def _blur_down(first: int, last: int, image: Any, taps: Any, out: Any) -> None:
    """Each row from its neighbours above and below; its ends are held on for the blur along it."""
    rows, width, reach = image.shape[0], image.shape[1], len(taps) // 2
    start = np.uint64(3 * reach)
    for row in range(first, last):
        for a in range(3 * reach, 3 * reach + width):
            out[row, a] = 0.0
        top, whole = row - reach, len(taps) // 4 * 4
        for t in range(0, whole, 4):  # four at a time: the sum is read and written once for them
            i, j = min(max(top + t, 0), rows - 1), min(max(top + t + 1, 0), rows - 1)
            k, m = min(max(top + t + 2, 0), rows - 1), min(max(top + t + 3, 0), rows - 1)
            v, w, x, y = taps[t], taps[t + 1], taps[t + 2], taps[t + 3]
            for n in range(width):
                at = np.uint64(n)
                out[row, start + at] += (v * image[i, at] + w * image[j, at]) + (
                    x * image[k, at] + y * image[m, at]
                )
        for t in range(whole, len(taps)):
            i, v = min(max(top + t, 0), rows - 1), taps[t]
            for n in range(width):
                at = np.uint64(n)
                out[row, start + at] += v * image[i, at]
        for a in range(3 * reach):
            out[row, a] = out[row, 3 * reach + a % 3]
            out[row, 3 * reach + width + a] = out[row, 3 * reach + width - 3 + a % 3]


@kernel
def _blur_along(first: int, last: int, down: Any, taps: Any, total: Any) -> None:
    """As `_blur_down` along rows, whose ends are held on; indices without a sign fill vector registers."""
    one, two, three = np.uint64(3), np.uint64(6), np.uint64(9)
    for row in range(first, last):
        whole = len(taps) // 4 * 4
        for t in range(0, whole, 4):
            start, v, w, x, y = np.uint64(3 * t), taps[t], taps[t + 1], taps[t + 2], taps[t + 3]
            for n in range(total.shape[1]):
                a = np.uint64(n)
                b = a + start
                total[row, a] += (v * down[row, b] + w * down[row, b + one]) + (
                    x * down[row, b + two] + y * down[row, b + three]
                )
        for t in range(whole, len(taps)):
            start, v = np.uint64(3 * t), taps[t]
            for n in range(total.shape[1]):
                a = np.uint64(n)
                total[row, a] += v * down[row, a + start]


@kernel
def _reduce(first: int, last: int, light: Any, exposure: float, step: int, out: Any, strips: Any) -> None:
    """Means of `step` x `step` pixels of rows (H, 3 W); a strip holds the sums down the columns."""
    height, wide = light.shape
    for row in range(first, last):
        top, bottom = row * step, min((row + 1) * step, height)
        for a in range(wide):
            strips[first, a] = light[top, a]
        for i in range(top + 1, bottom):
            for a in range(wide):
                strips[first, a] += light[i, a]
        for column in range(out.shape[1]):
            left, right = column * step, min((column + 1) * step, wide // 3)
            share = np.float32(exposure / ((bottom - top) * (right - left)))
            red = green = blue = np.float32(0.0)
            for j in range(left, right):
                red += strips[first, 3 * j]
                green += strips[first, 3 * j + 1]
                blue += strips[first, 3 * j + 2]
            out[row, column, 0], out[row, column, 1] = share * red, share * green
            out[row, column, 2] = share * blue
