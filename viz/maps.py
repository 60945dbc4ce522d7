"""Maps of the Earth as image pyramids, and the kernels that read them.

All maps are plate carree, north up, from 180 W.  A pyramid is one flat array with the offset of each
level; a reading names its footprint in radians on the ground and is blended between the two levels that
bracket it, so that nothing shimmers from far and nothing is coarser than it need be from near.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray
from PIL import Image

from viz.assets import asset

WATER_REACH = 5.0  # texels over the half range of the water map
TILE = 512


class Pyramid(NamedTuple):
    """Levels of a map in one array: texels (n, channels) uint8, offsets (L + 1,), size of the finest."""

    texels: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    width: int
    height: int


class Maps(NamedTuple):
    """What the ground shader reads."""

    land: Pyramid
    water: Pyramid
    clouds: Pyramid
    lights: Pyramid
    linear: NDArray[np.float32]  # (256,), sRGB code -> linear
    tile: NDArray[np.float32]  # (TILE, TILE), periodic fractal noise of unit deviation


@cache
def maps() -> Maps:
    """The maps, read from the assets on first use (a few tenths of a second)."""
    code = np.arange(256) / 255.0
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return Maps(
        *(pyramid(asset(f)) for f in ("land_color.jpg", "water.png", "clouds.jpg", "night_lights.jpg")),
        linear.astype(np.float32),
        _noise_tile(),
    )


def pyramid(file: Any) -> Pyramid:
    """Levels of an image file, each the mean of two by two texels of the one before."""
    level = np.asarray(Image.open(file))
    level = level.reshape(*level.shape[:2], -1)
    height, width, channels = level.shape
    levels = [level]
    while min(levels[-1].shape[:2]) > 4:
        last = levels[-1].astype(np.uint16)
        summed = last[0::2, 0::2] + last[1::2, 0::2] + last[0::2, 1::2] + last[1::2, 1::2]
        levels.append(((summed + 2) // 4).astype(np.uint8))
    offsets = np.cumsum([0] + [v.shape[0] * v.shape[1] for v in levels])
    texels = np.concatenate([v.reshape(-1, channels) for v in levels])
    return Pyramid(texels, offsets, width, height)


def _noise_tile() -> NDArray[np.float32]:
    """Periodic noise whose amplitude falls as the wave number to the power 1.6; seeded."""
    rng = np.random.default_rng(5)
    ky, kx = np.meshgrid(np.fft.fftfreq(TILE) * TILE, np.fft.rfftfreq(TILE) * TILE, indexing="ij")
    k = np.hypot(kx, ky)
    k[0, 0] = 1.0
    spectrum = np.exp(2j * np.pi * rng.random(k.shape)) * k**-1.6
    spectrum[k < 2.5] = 0.0
    noise = np.fft.irfft2(spectrum, (TILE, TILE))
    return (noise / noise.std()).astype(np.float32)


@njit(cache=True, nogil=True)
def read(
    texels: Any, offsets: Any, width: int, height: int, level: int, channel: int, u: float, v: float
) -> float:
    """One channel, 0 to 255, between the four nearest texels of one level; u runs east, v south, 0 to 1."""
    w, h = width >> level, height >> level
    x, y = u * w - 0.5, min(max(v * h - 0.5, 0.0), h - 1.001)
    fx, fy = math.floor(x), math.floor(y)
    i, j = int(fx), int(fy)
    x -= fx
    y -= fy
    west, east = (i + w) % w, (i + 1 + w) % w
    row = offsets[level] + j * w
    upper = texels[row + west, channel] * (1.0 - x) + texels[row + east, channel] * x
    row += w
    lower = texels[row + west, channel] * (1.0 - x) + texels[row + east, channel] * x
    return upper * (1.0 - y) + lower * y


@njit(cache=True, nogil=True)
def blended(
    texels: Any, offsets: Any, width: int, height: int, u: float, v: float, footprint: float
) -> float:
    """The first channel, 0 to 255, over a footprint in radians, blended between two levels."""
    level = math.log2(max(footprint * width / (2.0 * math.pi), 1.0))
    top = len(offsets) - 3
    base = min(int(level), top)
    value = read(texels, offsets, width, height, base, 0, u, v)
    part = min(level - base, 1.0)
    if part < 0.02:
        return value
    return value * (1.0 - part) + part * read(texels, offsets, width, height, base + 1, 0, u, v)


@njit(cache=True, nogil=True)
def read_linear(
    texels: Any,
    offsets: Any,
    width: int,
    height: int,
    linear: Any,
    u: float,
    v: float,
    footprint: float,
    out: Any,
) -> None:
    """Linear colour (3,) of an sRGB map, from the nearest level."""
    level = min(int(math.log2(max(footprint * width / (2.0 * math.pi), 1.0)) + 0.5), len(offsets) - 2)
    w, h = width >> level, height >> level
    x, y = u * w - 0.5, min(max(v * h - 0.5, 0.0), h - 1.001)
    fx, fy = math.floor(x), math.floor(y)
    i, j = int(fx), int(fy)
    x -= fx
    y -= fy
    west, east = (i + w) % w, (i + 1 + w) % w
    row = offsets[level] + j * w
    for k in range(3):
        upper = linear[texels[row + west, k]] * (1.0 - x) + linear[texels[row + east, k]] * x
        lower = linear[texels[row + w + west, k]] * (1.0 - x) + linear[texels[row + w + east, k]] * x
        out[k] = upper * (1.0 - y) + lower * y


@njit(cache=True, nogil=True)
def _tile(tile: Any, x: float, y: float) -> float:
    x = (x - math.floor(x)) * TILE
    y = (y - math.floor(y)) * TILE
    i, j = int(x), int(y)
    x -= i
    y -= j
    i, j = i % TILE, j % TILE
    i1, j1 = (i + 1) % TILE, (j + 1) % TILE
    upper = tile[j, i] * (1.0 - x) + tile[j, i1] * x
    lower = tile[j1, i] * (1.0 - x) + tile[j1, i1] * x
    return upper * (1.0 - y) + lower * y


@njit(cache=True, nogil=True)
def grain(tile: Any, px: float, py: float, pz: float, repeats: float) -> float:
    """Noise at a point of the unit sphere, from three sides so that no pole shows; `repeats` per radius."""
    wx, wy, wz = px**4, py**4, pz**4
    total = wx * _tile(tile, py * repeats, pz * repeats + 0.37)
    total += wy * _tile(tile, pz * repeats + 0.11, px * repeats)
    total += wz * _tile(tile, px * repeats + 0.59, py * repeats + 0.83)
    return total / math.sqrt(wx * wx + wy * wy + wz * wz)
