"""Procedural textures of the craft's surfaces: drawn by numpy, the same bits for the same seed.

A texture repeats after one unit of its coordinates (a cell, a lid) or after `PERIODS_M` metres.  Edges
are drawn by their distance in pixels, so that nothing is jagged; slopes are those of a height field.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numba import njit
from numpy.typing import ArrayLike, NDArray

from geometry.validation import check_choice, read_only
from viz.kept import kept_arrays

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


def linear_from_srgb(color: ArrayLike) -> Image:
    """Linear light of sRGB values in [0, 1]."""
    c = np.asarray(color, dtype=float)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(color: ArrayLike) -> Image:
    """sRGB values of linear light in [0, 1]."""
    c = np.clip(np.asarray(color, dtype=float), 0.0, 1.0)
    return np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1.0 / 2.4) - 0.055)


class _Sheet:
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


# ------------------------------------------------------------------ the surfaces


def _solar_cell(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """One silicon cell with its clipped corners, fingers, busbars and tabs, on amber polyimide."""
    s = _Sheet(n, (0.17, 0.085, 0.024), 0.0, 0.45)
    s.height += noise(n, 3.0, rng, 2.0) * 0.0006
    du, dv = np.abs(s.u - 0.5), np.abs(s.v - 0.5)
    edge = np.maximum(du, dv) - 0.4875
    corner = (du + dv - 0.905) / np.sqrt(2.0)
    cell = s.cover(np.maximum(edge, corner))
    s.paint(
        0.8 * s.cover(np.maximum(edge, corner) - 0.0025), (0.34, 0.34, 0.36), 0.8, 0.35
    )  # the cell's metal rim
    silicon = np.array([0.0055, 0.0095, 0.034]) * (1.0 + 0.05 * noise(n, 5.0, rng, 1.5))[..., None]
    s.paint(cell, silicon, 0.0, 0.30)
    inside = cell * s.cover(np.maximum(np.maximum(du, dv) - 0.478, corner + 0.012))
    fingers = s.lines(s.u, 64.0, 0.0020) * inside
    s.paint(0.5 * fingers, (0.20, 0.21, 0.25), 0.8, 0.35)
    for place in (1.0 / 6.0, 0.5, 5.0 / 6.0):
        bar = s.cover(np.abs(s.v - place) - 0.0035)
        s.paint(bar * inside, (0.62, 0.63, 0.65), 1.0, 0.28)
        tab = s.cover(np.maximum(np.abs(s.v - place) - 0.014, 0.452 - du))  # bridges to the next cell
        s.paint(tab, (0.70, 0.70, 0.71), 1.0, 0.25)
        s.height += 0.0009 * np.clip(1.0 - np.abs(s.v - place) / 0.012, 0.0, 1.0)
    return s.texture()


def _array_back(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """The back of one whole module, 32 cells by 15: white blanket over the cells, taped."""
    s = _Sheet(n, (0.71, 0.70, 0.67), 0.0, 0.62)
    s.color *= (1.0 + 0.02 * noise(n, 6.0, rng, 1.2) + 0.010 * noise(n, 90.0, rng, 0.6))[..., None]
    cell_u, cell_v = np.abs((s.u * 32.0) % 1.0 - 0.5), np.abs((s.v * 15.0) % 1.0 - 0.5)
    outline = np.maximum(np.maximum(cell_u, cell_v) - 0.478, (cell_u + cell_v - 0.90) / np.sqrt(2.0))
    pixel = 32.0 / n
    s.paint(0.30 * np.clip(0.5 - (np.abs(outline) - 0.012) / pixel, 0.0, 1.0), (0.36, 0.36, 0.35))
    s.paint(0.05 * np.clip(0.5 - outline / pixel, 0.0, 1.0), (0.45, 0.49, 0.58))
    s.height += 0.00010 * np.clip(0.5 - outline / 0.05, 0.0, 1.0)
    for place in (0.0, 0.25, 0.5, 0.75):  # tape over the joints of the blanket
        away = np.minimum(np.abs(s.u - place), 1.0 - np.abs(s.u - place))
        s.paint(0.55 * s.cover(away - 0.0035), (0.58, 0.57, 0.55), 0.1, 0.5)
    return s.texture()


def _foil(n: int, rng: np.random.Generator, color: ArrayLike, spread: float, roughness: float) -> _Sheet:
    s = _Sheet(n, color, 1.0, roughness)
    creases = crumpled(n, (24, 110, 600), (0.55, 0.7, 0.45), rng)
    quilt = 0.5 * (np.abs(np.sin(np.pi * s.u)) ** 0.5 + np.abs(np.sin(np.pi * s.v)) ** 0.5)
    s.height += spread * creases + 0.010 * quilt
    s.roughness += 0.02 * noise(n, 12.0, rng, 1.0)
    s.color *= (1.0 + 0.03 * noise(n, 5.0, rng, 1.5))[..., None]
    return s


def _seams(s: _Sheet, tape: ArrayLike, thread: ArrayLike) -> None:
    """Tape along the edges of a repeat, with stitches and a button in the corner and the middle."""
    across = np.minimum(np.minimum(s.u, 1.0 - s.u), np.minimum(s.v, 1.0 - s.v))
    band = s.cover(across - 0.014)
    flat = s.cover(across - 0.014, 0.004)
    s.height = s.height * (1.0 - 0.75 * flat) + 0.0012 * flat
    s.paint(0.9 * band, tape, 1.0, 0.30)
    for along, other in ((s.u, s.v), (s.v, s.u)):
        row = np.minimum(other, 1.0 - other)
        dash = s.cover(
            np.maximum(np.abs(row - 0.009) - 0.0014, np.abs((along * 48.0) % 1.0 - 0.5) / 48.0 - 0.006)
        )
        s.paint(0.85 * dash, thread, 0.0, 0.6)
    for cu, cv in ((0.5, 0.5), (0.0, 0.5), (0.5, 0.0), (0.0, 0.0)):
        du, dv = (
            np.minimum(np.abs(s.u - cu), 1 - np.abs(s.u - cu)),
            np.minimum(np.abs(s.v - cv), 1 - np.abs(s.v - cv)),
        )
        r = np.hypot(du, dv)
        s.height -= 0.012 * np.exp(-((r / 0.03) ** 2))
        s.paint(s.cover(r - 0.011), thread, 0.2, 0.45)


def _mli_gold(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """Aluminised polyimide blanket, crinkled, quilted at every repeat."""
    s = _foil(n, rng, (0.90, 0.52, 0.14), 0.20, 0.17)
    _seams(s, (0.78, 0.44, 0.11), (0.50, 0.42, 0.28))
    return s.texture()


def _mli_outer(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """Bright aluminised wall, stretched flatter than a blanket."""
    s = _foil(n, rng, (0.90, 0.905, 0.915), 0.055, 0.07)
    _seams(s, (0.80, 0.80, 0.80), (0.55, 0.55, 0.55))
    return s.texture()


def _white_paint(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """A radiator panel: white paint over heat pipes, with its edge, doublers and fasteners."""
    s = _Sheet(n, (0.74, 0.735, 0.715), 0.0, 0.50)
    s.color *= (1.0 + 0.010 * noise(n, 3.0, rng, 1.2) + 0.006 * noise(n, 60.0, rng, 0.5))[..., None]
    s.color *= 1.0 + 0.012 * noise(n, 2.0, rng, 2.0)[..., None] * np.array([1.0, 0.0, -1.2])
    s.roughness += 0.03 * noise(n, 6.0, rng, 1.0)
    phase = np.abs((s.u * 12.0) % 1.0 - 0.5) / 12.0  # heat pipes: flat-topped ribs
    rib = np.clip((0.0105 - phase) / 0.004, 0.0, 1.0)
    across = np.minimum(np.minimum(s.u, 1.0 - s.u), np.minimum(s.v, 1.0 - s.v))
    clear = np.clip((np.minimum(s.v, 1.0 - s.v) - 0.035) / 0.01, 0.0, 1.0)
    s.height += 0.0016 * rib * clear
    s.paint(0.16 * s.cover(np.abs(phase - 0.0105) - 0.0014) * clear, (0.40, 0.40, 0.41))
    s.paint(0.10 * s.cover(phase - 0.0105) * clear, (0.62, 0.62, 0.63))
    s.paint(0.75 * s.cover(across - 0.0036), (0.13, 0.13, 0.14), 0.0, 0.7)  # the joint between panels
    s.height -= 0.003 * np.clip(1.0 - across / 0.004, 0.0, 1.0)
    s.paint(0.12 * s.cover(across - 0.030), (0.52, 0.52, 0.54))
    s.paint(0.35 * s.cover(np.abs(across - 0.030) - 0.0010), (0.36, 0.36, 0.38))
    for along, other in ((s.u, s.v), (s.v, s.u)):
        row = np.minimum(other, 1.0 - other)
        r = np.hypot(((along * 16.0) % 1.0 - 0.5) / 16.0, row - 0.016)
        s.height += 0.0010 * np.clip((0.0052 - r) / 0.002, 0.0, 1.0)
        s.paint(0.55 * s.cover(r - 0.0046), (0.42, 0.42, 0.43), 0.5, 0.4)
    return s.texture()


def _brushed(s: _Sheet, rng: np.random.Generator, strength: float) -> None:
    grain = noise(s.n, 200.0, rng, 0.2)
    spectrum = np.fft.fft(grain, axis=1)
    k = np.abs(np.fft.fftfreq(s.n) * s.n)
    streak = np.fft.ifft(spectrum * np.exp(-k / 5.0), axis=1).real
    streak /= streak.std()
    s.height += strength * streak / s.n
    s.roughness += 0.02 * streak
    s.color *= (1.0 + 0.02 * streak)[..., None]


def _aluminium(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = _Sheet(n, (0.80, 0.805, 0.81), 1.0, 0.32)
    _brushed(s, rng, 0.10)
    return s.texture()


def _graphite(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """Pyrolytic graphite sheet: dark, satin, faintly wavy."""
    s = _Sheet(n, (0.075, 0.076, 0.080), 0.45, 0.42)
    s.height += 0.0018 * noise(n, 4.0, rng, 3.0)
    s.color *= (1.0 + 0.10 * noise(n, 10.0, rng, 1.0) + 0.05 * noise(n, 120.0, rng, 0.3))[..., None]
    s.roughness += 0.03 * noise(n, 10.0, rng, 1.0)
    return s.texture()


def _black_anodised(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = _Sheet(n, (0.020, 0.020, 0.022), 0.25, 0.40)
    s.color *= (1.0 + 0.12 * noise(n, 150.0, rng, 0.2))[..., None]
    s.roughness += 0.03 * noise(n, 20.0, rng, 0.8)
    return s.texture()


def _gpu_lid(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """A nickel-plated lid: brushed, bevelled, engraved with lines of type and an index mark."""
    s = _Sheet(n, (0.66, 0.64, 0.60), 1.0, 0.30)
    _brushed(s, rng, 0.12)
    across = np.minimum(np.minimum(s.u, 1.0 - s.u), np.minimum(s.v, 1.0 - s.v))
    s.height += 0.012 * np.clip(across / 0.03, 0.0, 1.0)
    groove = s.cover(np.abs(across - 0.075) - 0.003)
    mark = _engraving(n)
    s.paint(0.75 * np.maximum(groove, mark), (0.20, 0.195, 0.19), 0.7, 0.55)
    s.height -= 0.002 * mark
    r = np.hypot(s.u - 0.135, s.v - 0.135)
    s.paint(s.cover(r - 0.022), (0.55, 0.38, 0.12), 1.0, 0.3)
    return s.texture()


def _engraving(n: int) -> Image:
    """Cover of the type on a lid."""
    from PIL import Image as Picture
    from PIL import ImageDraw

    from viz.typesetting import font

    picture = Picture.new("L", (n, n), 0)
    draw = ImageDraw.Draw(picture)
    for text, row, size, weight in (
        ("AI CORE", 0.40, 0.115, "bold"),
        ("700 W", 0.54, 0.085, "bold"),
        ("DR-01  0560-1800", 0.655, 0.045, "mono"),
        ("RADIATION SCREENED", 0.72, 0.038, "regular"),
    ):
        face = font(weight, max(4, round(size * n)))
        draw.text((0.5 * n, row * n), text, fill=255, font=face, anchor="mm")
    return np.asarray(picture, dtype=float) / 255.0


def _copper(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = _Sheet(n, (0.86, 0.44, 0.26), 1.0, 0.30)
    _brushed(s, rng, 0.10)
    return s.texture()


def _ceramic(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = _Sheet(n, (0.62, 0.60, 0.55), 0.0, 0.55)
    s.color *= (1.0 + 0.03 * noise(n, 30.0, rng, 0.8))[..., None]
    return s.texture()


PATTERNS: dict[str, tuple[Callable[[int, np.random.Generator], SurfaceTexture], int]] = {
    "solar_cell": (_solar_cell, 1024),
    "array_back": (_array_back, 1024),
    "mli_gold": (_mli_gold, 1024),
    "mli_outer": (_mli_outer, 1024),
    "white_paint": (_white_paint, 1024),
    "aluminium": (_aluminium, 512),
    "graphite": (_graphite, 512),
    "black_anodised": (_black_anodised, 256),
    "gpu_lid": (_gpu_lid, 512),
    "copper": (_copper, 256),
    "ceramic": (_ceramic, 256),
}
"""Drawing function and size in pixels, by name of the pattern."""


@cache
def surface_texture(pattern: str, seed: int = 1, size: int | None = None) -> SurfaceTexture:
    """The texture of a pattern.

    Parameters
    ----------
    pattern : str
        A key of `PATTERNS`.
    seed : int
    size : int, optional
        Pixels along a side; default what its details need.  A small one serves for mean colours.

    Returns
    -------
    SurfaceTexture

    Raises
    ------
    ValueError
        No such pattern.
    """
    check_choice(pattern, PATTERNS, name="pattern")
    draw, n = PATTERNS[pattern]
    size = size or n

    def drawn() -> dict[str, NDArray[Any]]:
        made = draw(size, np.random.default_rng([seed, list(PATTERNS).index(pattern)]))
        return {"base": made.base, "metal": np.array(made.metal), "detail": made.detail}

    made_from = [Path(__file__), np.__version__, scipy.__version__]
    kept = kept_arrays(f"texture-{pattern}-{seed}-{size}", made_from, drawn)  # all of a craft take seconds
    red, green, blue = kept["metal"].tolist()
    return SurfaceTexture(
        read_only(kept["base"], np.uint8), (red, green, blue), read_only(kept["detail"], np.uint8)
    )
