"""What textures of surfaces are drawn with: a board of float images, noise, crumpled foil.

Edges are drawn by their distance in pixels, so that nothing is jagged; slopes are those of a height field.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from geometry.validation import read_only
from viz.srgb import linear_from_srgb, srgb_from_linear

Image = NDArray[Any]

SLOPE_RANGE = 0.8
"""Slopes are stored from -SLOPE_RANGE to SLOPE_RANGE."""


@dataclass(frozen=True, eq=False)
class SurfaceTexture:
    """Pictures of one repeat; row 0 is the top, that is the largest second coordinate.

    Diffuse reflectance and metallic share stand apart, so that both keep their means from afar.

    Parameters
    ----------
    base : uint8 array (n, n, 4)
        Diffuse reflectance in sRGB, and the metallic share.
    metal : tuple of 3 float
        Linear reflectance of what is metal.
    detail : uint8 array (n, n, 4)
        Slope of the surface along both coordinates, its square, roughness.  Zero slope is 128.
    """

    base: NDArray[np.uint8]
    metal: tuple[float, float, float]
    detail: NDArray[np.uint8]

    @property
    def mean_metallic(self) -> float:
        """Mean metallic share."""
        return float(self.base[..., 3].mean()) / 255.0

    @property
    def mean_color(self) -> tuple[float, float, float]:
        """Linear base colour of the whole seen from afar, to be shared out by the mean metallic share."""
        diffuse = linear_from_srgb(self.base[..., :3] / 255.0).mean(axis=(0, 1))
        share = self.mean_metallic
        red, green, blue = diffuse + share * np.asarray(self.metal) if share < 0.5 else np.asarray(self.metal)
        return (float(red), float(green), float(blue))


class Sheet:
    """A drawing board: one repeat as float images, u to the right, v up."""

    def __init__(self, n: int, color: ArrayLike, metallic: float, roughness: float) -> None:
        self.n = n
        self.v, self.u = np.meshgrid(1.0 - (np.arange(n) + 0.5) / n, (np.arange(n) + 0.5) / n, indexing="ij")
        self.color = np.ones((n, n, 3)) * np.asarray(color, dtype=float)
        self.metallic = np.full((n, n), float(metallic))
        self.roughness = np.full((n, n), float(roughness))
        self.height = np.zeros((n, n))  # in repeats

    def cover(self, distance: Image, soft: float = 0.0) -> Image:
        """Share of each pixel inside a shape, from its signed distance in repeats (inside < 0)."""
        return np.clip(0.5 - distance / max(1.0 / self.n, soft), 0.0, 1.0)

    def lines(self, coordinate: Image, count: float, width: float, offset: float = 0.0) -> Image:
        """Cover of `count` even lines across one coordinate; width in repeats."""
        phase = (coordinate * count + offset) % 1.0
        return self.cover(np.minimum(phase, 1.0 - phase) / count - 0.5 * width)

    def paint(
        self,
        cover: Image,
        color: ArrayLike | None = None,
        metallic: float | None = None,
        roughness: float | None = None,
    ) -> None:
        """Lay a material over what is there."""
        if color is not None:
            paint = np.asarray(color, dtype=float)
            self.color = self.color * (1.0 - cover[..., None]) + paint * cover[..., None]
        if metallic is not None:
            self.metallic = self.metallic * (1.0 - cover) + metallic * cover
        if roughness is not None:
            self.roughness = self.roughness * (1.0 - cover) + roughness * cover

    def texture(self) -> SurfaceTexture:
        """The finished pictures."""
        slope_u, slope_v = slopes(self.height)
        detail = np.stack(
            [
                128.0 + 127.0 * np.clip(slope_u / SLOPE_RANGE, -1.0, 1.0),
                128.0 + 127.0 * np.clip(slope_v / SLOPE_RANGE, -1.0, 1.0),
                255.0 * np.clip((slope_u**2 + slope_v**2) / SLOPE_RANGE**2, 0.0, 1.0),
                255.0 * np.clip(self.roughness, 0.0, 1.0),
            ],
            axis=-1,
        )
        metallic = self.metallic[..., None]
        total = float(metallic.sum())
        metal = (self.color * metallic).sum(axis=(0, 1)) / total if total > 0.0 else np.ones(3)
        base = 255.0 * np.concatenate([srgb_from_linear(self.color * (1.0 - metallic)), metallic], axis=-1)
        return SurfaceTexture(
            read_only(np.round(np.clip(base, 0, 255)), np.uint8),
            (float(metal[0]), float(metal[1]), float(metal[2])),
            read_only(np.round(detail), np.uint8),
        )


def slopes(height: Image) -> tuple[Image, Image]:
    """Slopes along u (to the right) and v (up) of a periodic height field in repeats."""
    rows, columns = height.shape
    along_u = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) * (0.5 * columns)
    along_v = (np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)) * (0.5 * rows)
    return along_u, along_v


def noise(n: int, waves: float, rng: np.random.Generator, power: float = 1.0) -> Image:
    """Periodic noise (n, n) of unit variance; beyond `waves` per repeat it falls as waves^-power."""
    frequency = np.fft.fftfreq(n) * n
    k = np.hypot(*np.meshgrid(frequency, frequency, indexing="ij"))
    spectrum = np.fft.fft2(rng.normal(size=(n, n))) / (1.0 + (k / waves) ** 2) ** (0.5 * (power + 1.0))
    spectrum[0, 0] = 0.0
    field = np.fft.ifft2(spectrum).real
    return field / field.std()


def crumpled(n: int, folds: Sequence[int], weights: Sequence[float], rng: np.random.Generator) -> Image:
    """Height (n, n) of a crumpled foil, periodic: flat facets between sharp folds, unit spread of slope.

    Each layer spans a triangulation of that many random points at random heights; `weights` are the
    spreads of slope of the layers.
    """
    from scipy.spatial import Delaunay  # loads a fifth of a second of modules

    tiles = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], indexing="ij"), axis=-1).reshape(-1, 1, 2)
    height = np.zeros((n, n))
    for count, weight in zip(folds, weights, strict=True):
        points = rng.random((count, 2))
        tops = rng.normal(size=count)
        everywhere = (points[None] + tiles).reshape(-1, 2)
        near = (np.abs(everywhere - 0.5) < 0.5 + 3.0 / np.sqrt(count)).all(axis=1)
        corners = everywhere[near]
        layer = np.zeros((n, n))
        _span_triangles(corners * n - 0.5, np.tile(tops, 9)[near], Delaunay(corners).simplices, layer)
        along_u, along_v = slopes(layer)
        height += weight * layer / np.sqrt(np.mean(along_u**2 + along_v**2))
    return height / np.sqrt(np.sum(np.square(weights)))


@njit(cache=True, nogil=True)
def _span_triangles(corners: Any, tops: Any, triangles: Any, out: Any) -> None:
    """Fills an image with the planes through the tops of triangles whose corners are in pixels."""
    n = out.shape[0]
    for k in range(triangles.shape[0]):
        i, j, m = triangles[k]
        ax, ay = corners[i]
        bx, by = corners[j]
        cx, cy = corners[m]
        double = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if double == 0.0:
            continue
        for y in range(max(0, math.floor(min(ay, by, cy))), min(n - 1, math.ceil(max(ay, by, cy))) + 1):
            for x in range(max(0, math.floor(min(ax, bx, cx))), min(n - 1, math.ceil(max(ax, bx, cx))) + 1):
                q = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / double
                r = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / double
                if q >= -1e-9 and r >= -1e-9 and q + r <= 1.0 + 1e-9:
                    out[y, x] = (1.0 - q - r) * tops[i] + q * tops[j] + r * tops[m]
