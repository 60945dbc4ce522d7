"""Procedural textures of the craft's surfaces: drawn by numpy, the same bits for the same seed.

A texture repeats after one unit of its coordinates (a cell, a lid) or after the `period_m` of its finish.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from geometry.validation import check_choice, read_only
from viz.kept import kept_arrays
from viz.texture_drawing import Image, Sheet, SurfaceTexture, crumpled, noise

CODE = ("textures.py", "texture_drawing.py", "srgb.py")  # what decides the bits


def _solar_cell(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """One silicon cell with its clipped corners, fingers, busbars and tabs, on amber polyimide."""
    s = Sheet(n, (0.17, 0.085, 0.024), 0.0, 0.45)
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
    s = Sheet(n, (0.71, 0.70, 0.67), 0.0, 0.62)
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


def _foil(n: int, rng: np.random.Generator, color: ArrayLike, spread: float, roughness: float) -> Sheet:
    s = Sheet(n, color, 1.0, roughness)
    creases = crumpled(n, (24, 110, 600), (0.55, 0.7, 0.45), rng)
    quilt = 0.5 * (np.abs(np.sin(np.pi * s.u)) ** 0.5 + np.abs(np.sin(np.pi * s.v)) ** 0.5)
    s.height += spread * creases + 0.010 * quilt
    s.roughness += 0.02 * noise(n, 12.0, rng, 1.0)
    s.color *= (1.0 + 0.03 * noise(n, 5.0, rng, 1.5))[..., None]
    return s


def _seams(s: Sheet, tape: ArrayLike, thread: ArrayLike) -> None:
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
    s = Sheet(n, (0.74, 0.735, 0.715), 0.0, 0.50)
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


def _brushed(s: Sheet, rng: np.random.Generator, strength: float) -> None:
    grain = noise(s.n, 200.0, rng, 0.2)
    spectrum = np.fft.fft(grain, axis=1)
    k = np.abs(np.fft.fftfreq(s.n) * s.n)
    streak = np.fft.ifft(spectrum * np.exp(-k / 5.0), axis=1).real
    streak /= streak.std()
    s.height += strength * streak / s.n
    s.roughness += 0.02 * streak
    s.color *= (1.0 + 0.02 * streak)[..., None]


def _aluminium(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = Sheet(n, (0.80, 0.805, 0.81), 1.0, 0.32)
    _brushed(s, rng, 0.10)
    return s.texture()


def _graphite(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """Pyrolytic graphite sheet: dark, satin, faintly wavy."""
    s = Sheet(n, (0.075, 0.076, 0.080), 0.45, 0.42)
    s.height += 0.0018 * noise(n, 4.0, rng, 3.0)
    s.color *= (1.0 + 0.10 * noise(n, 10.0, rng, 1.0) + 0.05 * noise(n, 120.0, rng, 0.3))[..., None]
    s.roughness += 0.03 * noise(n, 10.0, rng, 1.0)
    return s.texture()


def _black_anodised(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = Sheet(n, (0.020, 0.020, 0.022), 0.25, 0.40)
    s.color *= (1.0 + 0.12 * noise(n, 150.0, rng, 0.2))[..., None]
    s.roughness += 0.03 * noise(n, 20.0, rng, 0.8)
    return s.texture()


def _gpu_lid(n: int, rng: np.random.Generator) -> SurfaceTexture:
    """A nickel-plated lid: brushed, bevelled, engraved with lines of type and an index mark."""
    s = Sheet(n, (0.66, 0.64, 0.60), 1.0, 0.30)
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
    s = Sheet(n, (0.86, 0.44, 0.26), 1.0, 0.30)
    _brushed(s, rng, 0.10)
    return s.texture()


def _ceramic(n: int, rng: np.random.Generator) -> SurfaceTexture:
    s = Sheet(n, (0.62, 0.60, 0.55), 0.0, 0.55)
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

    made_from = [*(Path(__file__).with_name(name) for name in CODE), np.__version__, scipy.__version__]
    kept = kept_arrays(f"texture-{pattern}-{seed}-{size}", made_from, drawn)  # all of a craft take seconds
    red, green, blue = kept["metal"].tolist()
    return SurfaceTexture(
        read_only(kept["base"], np.uint8), (red, green, blue), read_only(kept["detail"], np.uint8)
    )
