"""The stars at their true places, in their own colours, and the Sun where it is in view."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geometry.validation import FloatArray
from viz import theme
from viz.assets import asset
from viz.scene import Scene
from viz.splat import draw_points, in_frame, point_sigma

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
    whole = stars()
    count = np.searchsorted(whole.magnitude, faintest, side="right")
    catalogue = Stars(*(values[:count] for values in whole))
    place, depth = scene.camera.pixels(
        scene.camera.position_gcrs_m + FAR_M * catalogue.direction, (width, height)
    )
    seen = (depth > 0.0) & in_frame(place, (width, height), 0.0)
    place = place[seen]
    column = np.clip(np.round(place[:, 0]).astype(int), 0, width - 1)
    row = np.clip(np.round(place[:, 1]).astype(int), 0, height - 1)
    flux = theme.STAR_GAIN * 10.0 ** (-0.4 * theme.STAR_POWER * (catalogue.magnitude[seen] - 1.0))
    flux *= passed[row, column]
    draw_points(light, place, flux[:, None] * catalogue.color[seen], point_sigma(height))


def star_light(rotation_gcrs_from_disc: FloatArray, pixels: int) -> NDArray[np.float32]:
    """The stars in an orthographic disc (pixels, pixels, 3) about its third axis."""
    light = np.zeros((pixels, pixels, 3), np.float32)
    catalogue = stars()
    x, y, out = (catalogue.direction @ rotation_gcrs_from_disc).T
    ahead = out > 0.0
    place = np.stack([0.5 * pixels * (1.0 + x), 0.5 * pixels * (1.0 - y)], axis=1)[ahead] - 0.5
    flux = theme.STAR_GAIN * 10.0 ** (-0.4 * theme.STAR_POWER * (catalogue.magnitude[ahead] - 1.0))
    draw_points(light, place, flux[:, None] * catalogue.color[ahead], point_sigma(pixels))
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
