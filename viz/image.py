"""Scene light -> picture: glare of the lens, tone curve, eight bits, PNG."""

from __future__ import annotations

import io
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from PIL import Image

from viz import theme
from viz.kernels import by_rows, kernel
from viz.output import check_output, whole_file

Light = NDArray[np.float32]
LUMINANCE = (0.2126, 0.7152, 0.0722)  # of linear sRGB [BT709]


def developed(light: Light, exposure: float, seed: int = 1) -> NDArray[np.uint8]:
    """sRGB bytes (H, W, 3) of scene light (H, W, 3): exposed, spread by the lens, toned, dithered."""
    height, width = light.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    glare, step = _glare(light, exposure)
    by_rows(
        _develop_rows, height, light, glare, step, exposure, theme.BLOOM, _curve(),
        theme.SATURATION, seed, out,
    )  # fmt: skip
    return out


def tone(light: NDArray[Any]) -> NDArray[np.float64]:
    """The tone curve: exposed linear light -> display-linear in [0, 1).

    x^c / (x^c + k): a straight line of slope c in the shadows (on logarithmic scales) and a long
    shoulder, so that over-bright light still has its shades.
    """
    x = np.maximum(np.asarray(light, dtype=float), 0.0) ** theme.CONTRAST
    return x / (x + theme.KNEE)


def light_of(srgb: NDArray[Any]) -> NDArray[np.float64]:
    """Exposed linear light that is shown as these sRGB values (..., 3) in [0, 1], the lens apart."""
    code = np.clip(np.asarray(srgb, dtype=float), 0.0, 1.0)
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    linear = np.minimum(linear, 0.9995)
    toned = (theme.KNEE * linear / (1.0 - linear)) ** (1.0 / theme.CONTRAST)
    mean = (toned @ np.array(LUMINANCE))[..., None]  # what saturation leaves as it is
    return mean + (toned - mean) / theme.SATURATION


def _curve() -> NDArray[np.float32]:
    """Tone and sRGB encoding, in units of 255, over the fourth root of light from 0 to 256."""
    x = np.linspace(0.0, 4.0, 4097) ** 4
    linear = tone(x)
    code = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (255.0 * code).astype(np.float32)


def _glare(light: Light, exposure: float) -> tuple[Light, int]:
    """What the lens spreads, on a coarse grid, and the step of the grid in pixels."""
    from scipy.ndimage import gaussian_filter

    height, width = light.shape[:2]
    step = -(-min(height, width) // 240)
    rows, columns = -(-height // step), -(-width // step)
    coarse = np.zeros((rows, columns, 3), np.float32)
    _reduce(light, exposure, step, coarse)
    total = np.zeros_like(coarse)
    wide = np.zeros((-(-rows // 4), -(-columns // 4), 3), np.float32)
    _reduce(coarse, 1.0, 4, wide)
    spread = np.zeros_like(wide)
    for sigma, weight in theme.BLOOM_SIGMAS:
        pixels = sigma * height / step
        if pixels < 6.0:
            total += weight * gaussian_filter(coarse, (pixels, pixels, 0), truncate=3.5, mode="nearest")
        else:  # on a grid four times coarser
            spread += weight * gaussian_filter(
                wide, (pixels / 4, pixels / 4, 0), truncate=3.5, mode="nearest"
            )
    _add_enlarged(spread, 4, total)
    return total, step


@njit(cache=True, nogil=True)
def _reduce(light: Any, exposure: float, step: int, out: Any) -> None:
    height, width = light.shape[:2]
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            i1, j1 = min((row + 1) * step, height), min((column + 1) * step, width)
            count = (i1 - row * step) * (j1 - column * step)
            for k in range(3):
                total = 0.0
                for i in range(row * step, i1):
                    for j in range(column * step, j1):
                        total += light[i, j, k]
                out[row, column, k] = exposure * total / count


@kernel
def _between(grid: Any, step: int, row: int, column: int, k: int) -> float:
    """A coarse grid read at a pixel of the fine one, between its four nearest points."""
    rows, columns = grid.shape[:2]
    y = min(max((row + 0.5) / step - 0.5, 0.0), rows - 1.0)
    x = min(max((column + 0.5) / step - 0.5, 0.0), columns - 1.0)
    i, j = int(y), int(x)
    i1, j1 = min(i + 1, rows - 1), min(j + 1, columns - 1)
    y -= i
    x -= j
    return (1.0 - y) * ((1.0 - x) * grid[i, j, k] + x * grid[i, j1, k]) + y * (
        (1.0 - x) * grid[i1, j, k] + x * grid[i1, j1, k]
    )


@kernel
def _add_enlarged(grid: Any, step: int, out: Any) -> None:
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            for k in range(3):
                out[row, column, k] += _between(grid, step, row, column, k)


@njit(cache=True, nogil=True)
def _develop_rows(
    first: int, last: int, light: Any, glare: Any, step: int, exposure: float, share: float, curve: Any,
    saturation: float, seed: int, out: Any,
) -> None:  # fmt: skip
    width = light.shape[1]
    rows, columns = glare.shape[:2]
    color = np.empty(3)
    for row in range(first, last):
        y = min(max((row + 0.5) / step - 0.5, 0.0), rows - 1.0)
        i = min(int(y), max(rows - 2, 0))
        i1 = min(i + 1, rows - 1)
        y -= i
        state = np.uint32(seed * 747796405 + row * 277803737 + 1)
        for column in range(width):
            x = min(max((column + 0.5) / step - 0.5, 0.0), columns - 1.0)
            j = min(int(x), max(columns - 2, 0))
            j1 = min(j + 1, columns - 1)
            x -= j
            # one uniform number per pixel hides the steps of eight bits in the dark
            state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
            dither = (state >> np.uint32(8)) / 16777216.0
            mean = 0.0
            for k in range(3):
                spread = (1.0 - y) * ((1.0 - x) * glare[i, j, k] + x * glare[i, j1, k]) + y * (
                    (1.0 - x) * glare[i1, j, k] + x * glare[i1, j1, k]
                )
                color[k] = (1.0 - share) * exposure * light[row, column, k] + share * spread
                mean += LUMINANCE[k] * color[k]
            for k in range(3):
                value = mean + saturation * (color[k] - mean)
                place = math.sqrt(math.sqrt(min(max(value, 0.0), 255.9))) * 1024.0
                m = int(place)
                code = curve[m] + (place - m) * (curve[m + 1] - curve[m])
                out[row, column, k] = np.uint8(min(int(code + dither), 255))


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3) as a compressed PNG."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG", compress_level=7)
    return buffer.getvalue()


def write_png(image: NDArray[np.uint8], path: str | os.PathLike[str], force: bool = False) -> None:
    """Write a picture whole or not at all; an existing file only with `force`.

    Raises
    ------
    ValueError, PermissionError
        As `output.check_output`.
    """
    target = Path(path)
    check_output(target, ("png",), force=force)
    with whole_file(target) as partial:
        partial.write_bytes(png_bytes(image))
