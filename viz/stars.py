"""The stars at their true places, in their own colours, and the Sun where it is in view."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.validation import FloatArray
from viz import theme
from viz.assets import asset
from viz.kernels import kernel
from viz.scene import Scene
from viz.splat import camera_view, depth_of, draw_points, pixel_of, point_sigma

SUN_RADIUS = 0.004654  # rad, at 1 au
FAR_M = 1e15


class Stars(NamedTuple):
    """Directions (N, 3) in GCRS (J2000), magnitudes (N,) and linear colours (N, 3), the brightest first."""

    direction: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    color: NDArray[np.float64]


@cache
def stars() -> Stars:
    """The catalogue, to magnitude 8."""
    with np.load(asset("stars.npz")) as table:
        right_ascension = table["right_ascension"] * (2.0 * np.pi / 65536.0)
        declination = table["declination"] * (0.5 * np.pi / 32767.0)
        magnitude = table["magnitude_centi"] / 100.0
        color_index = table["color_index_centi"] / 100.0
    direction = np.stack(
        [
            np.cos(declination) * np.cos(right_ascension),
            np.cos(declination) * np.sin(right_ascension),
            np.sin(declination),
        ],
        axis=1,
    )
    return Stars(direction, magnitude, _colors(color_index))


def _colors(color_index: Any) -> NDArray[np.float64]:
    """Linear colours of B - V: black bodies at the temperature of Ballesteros' formula [Ballesteros2012]."""
    bv = np.clip(color_index, -0.35, 2.0)
    kelvin = 4600.0 * (1.0 / (0.92 * bv + 1.7) + 1.0 / (0.92 * bv + 0.62))
    wavelength_m = np.array([610e-9, 550e-9, 465e-9])
    light = wavelength_m**-5 / np.expm1(0.0143877688 / (wavelength_m * kelvin[:, None]))
    white = wavelength_m**-5 / np.expm1(0.0143877688 / (wavelength_m * 6500.0))
    color = light / white
    color /= color.mean(axis=1, keepdims=True)
    return color**theme.STAR_SATURATION


def add_stars(
    light: NDArray[np.float32], passed: NDArray[np.float32], scene: Scene, faintest: float = np.inf
) -> None:
    """Add the stars to light (H, W, 3), dimmed by what passes there (H, W); none beyond a magnitude."""
    height, width = light.shape[:2]
    catalogue = stars()
    count = int(np.searchsorted(catalogue.magnitude, faintest, side="right"))
    place, weight = np.empty((count, 2), np.float32), np.empty(count, np.float32)
    view = camera_view(scene.camera, (width, height))
    _place(0, count, catalogue.direction, star_flux(), view, passed, place, weight)
    draw_points(light, place, catalogue.color[:count], point_sigma(height), weight)


@cache
def star_flux() -> NDArray[np.float64]:
    """Light of the peak of each star's image, (N,)."""
    return theme.STAR_GAIN * 10.0 ** (-0.4 * theme.STAR_POWER * (stars().magnitude - 1.0))


@kernel
def _place(
    first: int, last: int, direction: Any, flux: Any, view: Any, passed: Any, place: Any, weight: Any
) -> None:  # fmt: skip
    """Pixel of each star and what of its light passes there; none where it is out of the picture."""
    height, width = passed.shape
    for n in range(first, last):
        weight[n] = 0.0
        x, y, z = direction[n, 0], direction[n, 1], direction[n, 2]
        depth = depth_of(view, x, y, z)
        if not depth > 0.0:
            continue
        column, row = pixel_of(view, x, y, z, depth)
        if not (column > 0.0 and row > 0.0 and column < width and row < height):
            continue
        place[n, 0], place[n, 1] = column, row
        i, j = min(int(row + 0.5), height - 1), min(int(column + 0.5), width - 1)
        weight[n] = flux[n] * passed[i, j]


def star_light(rotation_gcrs_from_disc: FloatArray, pixels: int) -> NDArray[np.float32]:
    """The stars in an orthographic disc (pixels, pixels, 3) about its third axis."""
    light = np.zeros((pixels, pixels, 3), np.float32)
    catalogue = stars()
    x, y, out = (catalogue.direction @ rotation_gcrs_from_disc).T
    ahead = out > 0.0
    place = np.stack([0.5 * pixels * (1.0 + x), 0.5 * pixels * (1.0 - y)], axis=1)[ahead] - 0.5
    draw_points(light, place, catalogue.color[ahead], point_sigma(pixels), star_flux()[ahead])
    return light


def add_sun(light: NDArray[np.float32], passed: NDArray[np.float32], scene: Scene) -> None:
    """Add the disc of the Sun where it is in view; the lens does the rest."""
    height, width = light.shape[:2]
    size = (width, height)
    place, depth = scene.camera.pixels(
        scene.camera.position_gcrs_m + FAR_M * scene.sun_direction_gcrs[None], size
    )
    if not depth[0] > 0.0:
        return
    radius = SUN_RADIUS * scene.camera.pixels_per_tangent(size)
    (x, y), reach = place[0], int(radius) + 2
    if not (-reach < x < width + reach and -reach < y < height + reach):
        return
    rows = np.arange(max(int(y) - reach, 0), min(int(y) + reach + 1, height))
    columns = np.arange(max(int(x) - reach, 0), min(int(x) + reach + 1, width))
    if not (len(rows) and len(columns)):
        return
    distance = np.hypot(rows[:, None] - y, columns[None] - x)
    cover = np.clip(radius - distance + 0.5, 0.0, 1.0)
    # a disc smaller than a pixel keeps its light
    cover *= min(1.0, np.pi * radius**2 / max(float(cover.sum()), 1e-9)) if radius < 2.0 else 1.0
    window = np.ix_(rows, columns)
    disc = theme.SUN_RADIANCE * (cover * passed[window])[..., None] * np.array(theme.SUN_COLOR)
    light[window] += disc.astype(np.float32)
