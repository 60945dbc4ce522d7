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
from numpy.typing import NDArray
from PIL import Image

from viz.assets import asset
from viz.kernels import kernel
from viz.srgb import linear_from_srgb

WATER_REACH = 5.0  # texels of the layers over the half range of the water map
TILE = 512
LAYER_WIDTH, LAND_WIDTH, SHORE_WIDTH = 4096, 2048, 8192
FILES = ("clouds.jpg", "water.png", "night_lights.jpg", "land_color.jpg")


class Maps(NamedTuple):
    """What the ground shader reads.

    A pyramid is one flat array of texels, uint8 (n, channels), and the offset of each level, (L + 1,).
    """

    layers: NDArray[np.uint8]  # clouds, water and lights side by side: they are read together
    layer_offsets: NDArray[np.int64]
    land: NDArray[np.uint8]  # sRGB
    land_offsets: NDArray[np.int64]
    shores: NDArray[np.uint8]  # (SHORE_WIDTH / 2, SHORE_WIDTH), the water once more, twice as fine
    linear: NDArray[np.float32]  # (256,), sRGB code -> linear
    tile: NDArray[np.float32]  # (TILE, TILE), periodic fractal noise of unit deviation
    sparks: NDArray[np.float32]  # (TILE, TILE), periodic scattered points of unit mean


@cache
def maps() -> Maps:
    """The maps, read from the assets on first use (a few tenths of a second)."""
    linear = linear_from_srgb(np.arange(256) / 255.0)
    clouds, shores, lights = (np.asarray(Image.open(asset(f))) for f in FILES[:3])
    water = _halved(shores)
    layers = np.stack([clouds, water, lights, np.zeros_like(clouds)], axis=-1)  # four bytes: one word
    land = np.asarray(Image.open(asset(FILES[3])))
    return Maps(
        *pyramid(layers),
        *pyramid(land),
        shores,
        linear.astype(np.float32),
        _noise_tile(),
        _spark_tile(),
    )


def pyramid(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texels and offsets of an image (H, W, C); each level is the mean of 2 x 2 texels of the one before."""
    levels = [image]
    while min(levels[-1].shape[:2]) > 4:
        levels.append(_halved(levels[-1]))
    offsets = np.cumsum([0] + [v.shape[0] * v.shape[1] for v in levels])
    return np.concatenate([v.reshape(-1, image.shape[2]) for v in levels]), offsets


def _halved(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean of each 2 x 2 texels."""
    last = image.astype(np.uint16)
    summed = last[0::2, 0::2] + last[1::2, 0::2] + last[0::2, 1::2] + last[1::2, 1::2]
    return ((summed + 2) // 4).astype(np.uint8)


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


def _spark_tile() -> NDArray[np.float32]:
    """Scattered points of very unequal light: lamps of streets and squares; seeded."""
    rng = np.random.default_rng(8)
    light = rng.random((TILE, TILE)) ** 24
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(TILE), np.fft.rfftfreq(TILE), indexing="ij"))
    points = np.fft.irfft2(np.fft.rfft2(light) * np.exp(-2.0 * (np.pi * 0.7 * k) ** 2), (TILE, TILE))
    points = np.maximum(points, 0.0)
    return (points / points.mean()).astype(np.float32)


# Kernels pass numbers, not views of arrays: counting references to views costs more than the shading.


@kernel
def corners(offset: int, width: int, u: float, v: float) -> tuple[int, int, int, int, float, float]:
    """The four texels about a place of one level, and the weights of the eastern and the southern ones.

    Widths are powers of two.
    """
    height = width >> 1
    x, y = u * width - 0.5, min(max(v * height - 0.5, 0.0), height - 1.001)
    i, j = math.floor(x), math.floor(y)
    west, east = i & (width - 1), (i + 1) & (width - 1)
    row = offset + j * width
    return row + west, row + east, row + width + west, row + width + east, x - i, y - j


@kernel
def level_of(width: int, footprint: float) -> float:
    """Level whose texels are as large as a footprint in radians."""
    return math.log2(max(footprint * width / (2.0 * math.pi), 1.0))


@kernel
def read_one(texels: Any, offsets: Any, width: int, level: int, channel: int, u: float, v: float) -> float:
    """One channel, 0 to 255, of one level; u runs east, v south, 0 to 1."""
    a, b, c, d, x, y = corners(offsets[level], width >> level, u, v)
    upper = texels[a, channel] * (1.0 - x) + texels[b, channel] * x
    lower = texels[c, channel] * (1.0 - x) + texels[d, channel] * x
    return upper * (1.0 - y) + lower * y


@kernel
def read_three(
    texels: Any, offsets: Any, width: int, level: int, u: float, v: float
) -> tuple[float, float, float]:
    """Three channels, 0 to 255, of one level."""
    a, b, c, d, x, y = corners(offsets[level], width >> level, u, v)
    wa, wb, wc, wd = (1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y
    return (
        wa * texels[a, 0] + wb * texels[b, 0] + wc * texels[c, 0] + wd * texels[d, 0],
        wa * texels[a, 1] + wb * texels[b, 1] + wc * texels[c, 1] + wd * texels[d, 1],
        wa * texels[a, 2] + wb * texels[b, 2] + wc * texels[c, 2] + wd * texels[d, 2],
    )


@kernel
def read_layers(
    texels: Any, offsets: Any, width: int, u: float, v: float, footprint: float
) -> tuple[float, float, float]:
    """Clouds, water and lights, 0 to 255, blended between two levels."""
    level = level_of(width, footprint)
    base = min(int(level), len(offsets) - 3)
    part = min(level - base, 1.0)
    near = read_three(texels, offsets, width, base, u, v)
    if part < 0.03:
        return near
    far = read_three(texels, offsets, width, base + 1, u, v)
    return (
        near[0] + part * (far[0] - near[0]),
        near[1] + part * (far[1] - near[1]),
        near[2] + part * (far[2] - near[2]),
    )


@kernel
def curve_weights(x: float) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Of four neighbours, for a place x between the middle two [CatmullRom1974]."""
    v, half = np.float32(x), np.float32(0.5)
    one, two, three, four, five = np.float32(1), np.float32(2), np.float32(3), np.float32(4), np.float32(5)
    return (
        ((two - v) * v - one) * v * half,
        ((three * v - five) * v * v + two) * half,
        ((four - three * v) * v + one) * v * half,
        (v - one) * v * v * half,
    )


@kernel
def read_shore(shores: Any, u: float, v: float) -> float:
    """The water map, 0 to 255, without the creases of a bilinear reading."""
    height = SHORE_WIDTH >> 1
    x, y = u * SHORE_WIDTH - 0.5, min(max(v * height - 0.5, 1.0), height - 2.001)
    i, j = math.floor(x), math.floor(y)
    weights = curve_weights(x - i)
    down = curve_weights(y - j)
    last = SHORE_WIDTH - 1
    total = 0.0
    for k in range(4):
        row = j - 1 + k
        line = weights[0] * shores[row, (i - 1) & last] + weights[1] * shores[row, i & last]
        line += weights[2] * shores[row, (i + 1) & last] + weights[3] * shores[row, (i + 2) & last]
        total += down[k] * line
    return total


@kernel
def read_linear(
    texels: Any, offsets: Any, width: int, linear: Any, u: float, v: float, footprint: float
) -> tuple[float, float, float]:
    """Linear colour of an sRGB map, from the nearest level."""
    level = min(int(level_of(width, footprint) + 0.5), len(offsets) - 2)
    a, b, c, d, x, y = corners(offsets[level], width >> level, u, v)
    wa, wb, wc, wd = (1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y
    return (
        wa * linear[texels[a, 0]]
        + wb * linear[texels[b, 0]]
        + wc * linear[texels[c, 0]]
        + wd * linear[texels[d, 0]],
        wa * linear[texels[a, 1]]
        + wb * linear[texels[b, 1]]
        + wc * linear[texels[c, 1]]
        + wd * linear[texels[d, 1]],
        wa * linear[texels[a, 2]]
        + wb * linear[texels[b, 2]]
        + wc * linear[texels[c, 2]]
        + wd * linear[texels[d, 2]],
    )


@kernel
def _tile(tile: Any, x: float, y: float) -> float:
    x = (x - math.floor(x)) * TILE
    y = (y - math.floor(y)) * TILE
    i, j = int(x), int(y)
    x -= i
    y -= j
    i, j = i & (TILE - 1), j & (TILE - 1)
    i1, j1 = (i + 1) & (TILE - 1), (j + 1) & (TILE - 1)
    upper = tile[j, i] * (1.0 - x) + tile[j, i1] * x
    lower = tile[j1, i] * (1.0 - x) + tile[j1, i1] * x
    return upper * (1.0 - y) + lower * y


@kernel
def grain(tile: Any, px: float, py: float, pz: float, repeats: float) -> float:
    """Noise at a point of the unit sphere, from three sides so that no pole shows; `repeats` per radius."""
    wx, wy, wz = px**4, py**4, pz**4
    total = wx * _tile(tile, py * repeats, pz * repeats + 0.37)
    total += wy * _tile(tile, pz * repeats + 0.11, px * repeats)
    total += wz * _tile(tile, px * repeats + 0.59, py * repeats + 0.83)
    return total / math.sqrt(wx * wx + wy * wy + wz * wz)


@kernel
def scatter(tile: Any, px: float, py: float, pz: float, repeats: float) -> float:
    """As `grain`, for a tile of unit mean: the mean is kept, and one side is nearly all of it."""
    wx, wy, wz = px**8, py**8, pz**8
    total = wx * _tile(tile, py * repeats, pz * repeats + 0.37)
    total += wy * _tile(tile, pz * repeats + 0.11, px * repeats)
    total += wz * _tile(tile, px * repeats + 0.59, py * repeats + 0.83)
    return total / (wx + wy + wz)
