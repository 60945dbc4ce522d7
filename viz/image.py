"""Scene light -> picture: glare of the lens, tone curve, eight bits, PNG."""

from __future__ import annotations

import io
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.whole_files import whole_file
from viz import theme
from viz.glare import GLARE_ROWS, Light, between, glare, stretched
from viz.kernels import BLOCK_ROWS, bits, by_rows, kernel
from viz.output import check_output
from viz.srgb import linear_from_srgb, srgb_from_linear

DARK = 1e-5
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
    spread, step, share = np.zeros((1, 3 * width), np.float32), height, 0.0
    if lens and theme.BLOOM:
        coarse, step = glare(light, exposure, glare_rows)
        spread, share = stretched(coarse, step, width), theme.BLOOM
    blocks = -(-height // BLOCK_ROWS)
    by_rows(
        _develop_rows, height, light.reshape(height, -1), spread, step, exposure, share, _curve(),
        theme.SATURATION, seed, *_dither(width), np.empty((blocks, 3 * width), np.uint32),
        np.empty((blocks, width), np.float32), out.reshape(height, -1),
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
    linear = np.minimum(linear_from_srgb(code), 0.9995)
    toned = (theme.KNEE * linear / (1.0 - linear)) ** (1.0 / theme.CONTRAST)
    mean = (toned @ np.array(LUMINANCE))[..., None]  # what saturation leaves as it is
    return mean + (toned - mean) / theme.SATURATION


# the curve as a table by the bits of a float32: an octave is cut into 2^OCTAVE_BITS equal parts
OCTAVE_BITS = 9
LEAST_EXPONENT, MOST_EXPONENT = -17, 8  # of two: below, less than a hundredth of a code; above, white


@cache
def _curve() -> NDArray[np.float32]:
    """Tone and sRGB encoding, in units of 255, of light from 2^-17 to 256; right to 0.1 of a code.

    The first entry is that of empty space: it is below zero, so that no dither lifts it.
    """
    parts = 1 << OCTAVE_BITS
    middles = 1.0 + (np.arange(parts) + 0.5) / parts
    octaves = 2.0 ** np.arange(LEAST_EXPONENT, MOST_EXPONENT)
    linear = tone((octaves[:, None] * middles).ravel())
    return np.concatenate([[-1.0], 255.0 * srgb_from_linear(linear)]).astype(np.float32)


def _dither(width: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Factors and terms (W,) that take the state of a row to that of each of its pixels: a congruential
    generator, stepped once a pixel."""
    factor = np.cumprod(np.full(width, 1664525, np.uint32), dtype=np.uint32)
    powers = np.concatenate([np.ones(1, np.uint32), factor[:-1]])
    return factor, np.uint32(1013904223) * np.cumsum(powers, dtype=np.uint32)


@kernel
def _develop_rows(
    first: int, last: int, light: Any, glare: Any, step: int, exposure: float, share: float, curve: Any,
    saturation: float, seed: int, factor: Any, term: Any, entries: Any, noise: Any, out: Any,
) -> None:  # fmt: skip
    """Each row in three sweeps of one kind of work, so that the first two fill vector registers.

    Rows (H, 3 W); `entries` and `noise` are room for the entries of the curve and the dither of one row.
    """
    pixels = out.shape[1] // 3
    direct, spread = np.float32((1.0 - share) * exposure), np.float32(share)
    vivid, dark = np.float32(saturation), np.float32(DARK)
    least, most = np.float32(2.0**LEAST_EXPONENT), np.float32(255.9)
    shift = np.uint32(23 - OCTAVE_BITS)
    origin = (bits(least) >> shift) - np.uint32(1)
    weight_r, weight_g, weight_b = np.float32(RED), np.float32(GREEN), np.float32(BLUE)
    tenth, none = np.float32(1.0 / 16777216.0), np.uint32(0)
    own = first // BLOCK_ROWS
    for row in range(first, last):
        i, i1, y = between(row, step, glare.shape[0])
        state = np.uint32(seed * 747796405 + row * 277803737 + 1)
        for column in range(pixels):
            # one uniform number per pixel hides the steps of eight bits in the dark
            number = np.uint32(state * factor[column]) + term[column]
            noise[own, column] = np.float32(np.uint32(number) >> np.uint32(8)) * tenth
        for column in range(pixels):
            a = 3 * column
            red = direct * light[row, a] + spread * (glare[i, a] + y * (glare[i1, a] - glare[i, a]))
            a = 3 * column + 1
            green = direct * light[row, a] + spread * (glare[i, a] + y * (glare[i1, a] - glare[i, a]))
            a = 3 * column + 2
            blue = direct * light[row, a] + spread * (glare[i, a] + y * (glare[i1, a] - glare[i, a]))
            seen = red + green + blue >= dark  # empty space: less than a hundredth of a code
            mean = weight_r * red + weight_g * green + weight_b * blue
            red = min(max(mean + vivid * (red - mean), least), most)
            green = min(max(mean + vivid * (green - mean), least), most)
            blue = min(max(mean + vivid * (blue - mean), least), most)
            entries[own, 3 * column] = (bits(red) >> shift) - origin if seen else none
            entries[own, 3 * column + 1] = (bits(green) >> shift) - origin if seen else none
            entries[own, 3 * column + 2] = (bits(blue) >> shift) - origin if seen else none
        for column in range(pixels):
            dither = noise[own, column]
            for a in range(3 * column, 3 * column + 3):
                out[row, a] = np.uint8(np.int32(curve[entries[own, a]] + dither))


def with_alpha(
    picture: NDArray[np.uint8], cover: NDArray[Any], *, for_paper: bool = False
) -> NDArray[np.uint8]:
    """A picture on black (H, W, 3) and the cover (H, W) of its bodies in [0, 1] -> RGBA (H, W, 4).

    Laid over black it is the picture again; light that covers nothing gets the least alpha that shows it.
    For paper, on which it would drown, such light becomes ink of its hue.
    """
    code = picture.astype(np.float32) / 255.0
    body = cover.astype(np.float32)
    alpha = np.maximum(body, code.max(axis=2))
    color = code / np.maximum(alpha, 1e-6)[..., None]
    if for_paper:
        bare = 1.0 - body / np.maximum(alpha, 1e-6)
        share, power = theme.LIGHT_AS_INK
        color += bare[..., None] * (share * color**power - color)
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
