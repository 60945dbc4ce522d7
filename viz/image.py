"""Scene light -> picture: glare of the lens, tone curve, eight bits, PNG."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.whole_files import whole_file
from viz import theme
from viz.kernels import bits, by_rows, kernel
from viz.output import check_output

Light = NDArray[np.float32]
DARK = np.float32(1e-5)
GLARE_ROWS = 240
LUMINANCE = RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # of linear sRGB [BT709]


def developed(
    light: Light, exposure: float, seed: int = 1, glare_rows: int = GLARE_ROWS, *, lens: bool = True
) -> NDArray[np.uint8]:
    """sRGB bytes (H, W, 3) of scene light (H, W, 3): exposed, spread by the lens, toned, dithered.

    What the lens spreads is worked out on a grid of at most `glare_rows` rows; without a lens nothing
    spreads, so that colours are those of a scale.
    """
    height, width = light.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    glare, step = _glare(light, exposure, glare_rows)
    by_rows(
        _develop_rows, height, light, glare, step, exposure, theme.BLOOM if lens else 0.0, _curve(),
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


# the curve as a table by the bits of a float32: an octave is cut into 2^OCTAVE_BITS equal parts
OCTAVE_BITS = 9
LEAST_EXPONENT, MOST_EXPONENT = -17, 8  # of two: below, less than a hundredth of a code; above, white


def _curve() -> NDArray[np.float32]:
    """Tone and sRGB encoding, in units of 255, of light from 2^-17 to 256; right to 0.1 of a code."""
    parts = 1 << OCTAVE_BITS
    middles = 1.0 + (np.arange(parts) + 0.5) / parts
    octaves = 2.0 ** np.arange(LEAST_EXPONENT, MOST_EXPONENT)
    linear = tone((octaves[:, None] * middles).ravel())
    code = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (255.0 * code).astype(np.float32)


def _glare(light: Light, exposure: float, most_rows: int) -> tuple[Light, int]:
    """What the lens spreads, on a coarse grid, and the step of the grid in pixels."""
    height, width = light.shape[:2]
    step = -(-min(height, width) // most_rows)
    rows, columns = -(-height // step), -(-width // step)
    coarse = np.empty((rows, columns, 3), np.float32)
    strips = np.empty((rows, 3 * width), np.float32)
    by_rows(_reduce, rows, light.reshape(height, -1), exposure, step, coarse, strips, block=None)
    total = np.zeros_like(coarse)
    wide = np.empty((-(-rows // 4), -(-columns // 4), 3), np.float32)
    strips = np.empty((len(wide), 3 * columns), np.float32)
    _reduce(0, len(wide), coarse.reshape(rows, -1), 1.0, 4, wide, strips)
    spread = np.zeros_like(wide)
    for sigma, weight in theme.BLOOM_SIGMAS:
        pixels = sigma * height / step
        if pixels < 6.0:
            _add_blurred(coarse, pixels, weight, total)
        else:  # on a grid four times coarser
            _add_blurred(wide, pixels / 4, weight, spread)
    _add_enlarged(spread, 4, total)
    return total, step


def _add_blurred(image: Light, sigma: float, weight: float, total: Light) -> None:
    """Add an image (H, W, 3) blurred by a Gaussian, its edges held on beyond, to another."""
    reach = int(3.5 * sigma + 0.5)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    rows, columns = image.shape[:2]
    down = np.empty((rows, 3 * (columns + 2 * reach)), np.float32)
    _blur_down(0, rows, image.reshape(rows, -1), taps, down)
    _blur_along(0, rows, down, taps, np.float32(weight), total.reshape(rows, -1))


@kernel
def _blur_down(first: int, last: int, image: Any, taps: Any, out: Any) -> None:
    """Each row from its neighbours above and below; its ends are held on for the blur along it."""
    rows, width, reach = image.shape[0], image.shape[1], len(taps) // 2
    for row in range(first, last):
        for a in range(width):
            out[row, 3 * reach + a] = 0.0
        for t in range(len(taps)):
            k, tap = min(max(row + t - reach, 0), rows - 1), taps[t]
            for a in range(width):
                out[row, 3 * reach + a] += tap * image[k, a]
        for a in range(3 * reach):
            out[row, a] = out[row, 3 * reach + a % 3]
            out[row, 3 * reach + width + a] = out[row, 3 * reach + width - 3 + a % 3]


@kernel
def _blur_along(first: int, last: int, down: Any, taps: Any, weight: Any, total: Any) -> None:
    for row in range(first, last):
        for t in range(len(taps)):
            tap = weight * taps[t]
            for a in range(total.shape[1]):
                total[row, a] += tap * down[row, 3 * t + a]


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


@kernel
def _develop_rows(
    first: int, last: int, light: Any, glare: Any, step: int, exposure: float, share: float, curve: Any,
    saturation: float, seed: int, out: Any,
) -> None:  # fmt: skip
    width = light.shape[1]
    rows, columns = glare.shape[:2]
    direct = np.float32((1.0 - share) * exposure)
    spread = np.float32(share)
    vivid, zero = np.float32(saturation), np.float32(0.0)
    least, most = np.float32(2.0**LEAST_EXPONENT), np.float32(255.9)
    shift = np.uint32(23 - OCTAVE_BITS)
    origin = bits(least) >> shift
    weight_r, weight_g, weight_b = np.float32(RED), np.float32(GREEN), np.float32(BLUE)
    grid, tenth = np.float32(step), np.float32(1.0 / 16777216.0)
    half, one = np.float32(0.5), np.float32(1.0)
    for row in range(first, last):
        y = min(max((np.float32(row) + half) / grid - half, zero), np.float32(rows - 1))
        i = min(int(y), max(rows - 2, 0))
        i1 = min(i + 1, rows - 1)
        y -= np.float32(i)
        state = np.uint32(seed * 747796405 + row * 277803737 + 1)
        # the glare on both sides of a pixel along this row; refreshed as the pixels pass its grid
        held = -1
        lr = lg = lb = rr = rg = rb = zero
        for column in range(width):
            x = min(max((np.float32(column) + half) / grid - half, zero), np.float32(columns - 1))
            j = min(int(x), max(columns - 2, 0))
            if j != held:
                held = j
                j1 = min(j + 1, columns - 1)
                lr = spread * ((one - y) * glare[i, j, 0] + y * glare[i1, j, 0])
                lg = spread * ((one - y) * glare[i, j, 1] + y * glare[i1, j, 1])
                lb = spread * ((one - y) * glare[i, j, 2] + y * glare[i1, j, 2])
                rr = spread * ((one - y) * glare[i, j1, 0] + y * glare[i1, j1, 0])
                rg = spread * ((one - y) * glare[i, j1, 1] + y * glare[i1, j1, 1])
                rb = spread * ((one - y) * glare[i, j1, 2] + y * glare[i1, j1, 2])
            x -= np.float32(j)
            # one uniform number per pixel hides the steps of eight bits in the dark
            state = np.uint32(state * np.uint32(1664525) + np.uint32(1013904223))
            dither = np.float32(state >> np.uint32(8)) * tenth
            red = direct * light[row, column, 0] + lr + x * (rr - lr)
            green = direct * light[row, column, 1] + lg + x * (rg - lg)
            blue = direct * light[row, column, 2] + lb + x * (rb - lb)
            if red + green + blue < DARK:  # empty space: less than a hundredth of a code
                out[row, column, 0] = out[row, column, 1] = out[row, column, 2] = 0
                continue
            mean = weight_r * red + weight_g * green + weight_b * blue
            for k in range(3):
                value = red if k == 0 else (green if k == 1 else blue)
                value = min(max(mean + vivid * (value - mean), least), most)
                code = curve[np.uint32((bits(value) >> shift) - origin)]
                out[row, column, k] = np.uint8(min(int(code + dither), 255))


def with_alpha(picture: NDArray[np.uint8], cover: NDArray[Any]) -> NDArray[np.uint8]:
    """A picture on black (H, W, 3) and the cover (H, W) of its bodies in [0, 1] -> RGBA (H, W, 4).

    Laid over black it is the picture again; light that covers nothing gets the least alpha that shows it.
    """
    code = picture.astype(np.float32) / 255.0
    alpha = np.maximum(cover.astype(np.float32), code.max(axis=2))
    color = code / np.maximum(alpha, 1e-6)[..., None]
    return np.round(255.0 * np.dstack([np.minimum(color, 1.0), alpha])).astype(np.uint8)


def over_paper(picture: NDArray[np.uint8], paper: tuple[float, float, float]) -> NDArray[np.uint8]:
    """RGBA (H, W, 4) over an even colour, (H, W, 3)."""
    alpha = picture[..., 3:].astype(np.float32) / 255.0
    under = (1.0 - alpha) * (255.0 * np.asarray(paper, np.float32))
    return np.round(alpha * picture[..., :3] + under).astype(np.uint8)


def letters_over(
    picture: NDArray[np.uint8], on_black: NDArray[np.uint8], on_white: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """RGBA (H, W, 4) with words that were also laid over black and over white: they tell its alpha."""
    touched = (on_black != 0).any(axis=2) | (on_white != 255).any(axis=2)
    out = picture.copy()
    under = picture[touched].astype(np.float32) / 255.0
    black, white = on_black[touched].astype(np.float32) / 255.0, on_white[touched].astype(np.float32) / 255.0
    left = np.clip((white - black).mean(axis=1, keepdims=True), 0.0, 1.0)
    alpha = under[:, 3:] * left + 1.0 - left
    color = (under[:, :3] * under[:, 3:] * left + black) / np.maximum(alpha, 1e-6)
    out[touched] = np.round(255.0 * np.clip(np.hstack([color, alpha]), 0.0, 1.0)).astype(np.uint8)
    return out


def png_bytes(image: NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3), or 4 with alpha, as a compressed PNG."""
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
