"""Shining points: where they fall in a picture, what the Earth hides of them, and their small images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geometry.environment import EarthShape
from geometry.validation import FloatArray
from viz import theme
from viz.camera import Camera
from viz.scene import PointsItem, Scene

REACH = 3  # pixels to each side of a point's image, in sigmas


def point_sigma(height: int, width: float = 1.0) -> float:
    """Width of a point's image in pixels of a picture this high; never so small that it would flicker."""
    return max(0.5, width * theme.POINT_SIGMA * height / 1080.0)


def add_points(light: NDArray[np.float32], item: PointsItem, scene: Scene) -> None:
    """Add the points of an item to scene light (H, W, 3), those in view and not behind the Earth."""
    height, width = light.shape[:2]
    camera = scene.camera
    place, depth = camera.pixels(item.position_gcrs_m, (width, height))
    distance_m = np.linalg.norm(item.position_gcrs_m - camera.position_gcrs_m, axis=1)
    seen = (depth > 0.0) & in_frame(place, (width, height))
    if scene.earth is not None:
        seen &= ~behind_earth(
            item.position_gcrs_m, camera, scene.earth.shape, scene.earth.rotation_itrs_from_gcrs
        )
    sigma = point_sigma(height, item.width)
    # in a small picture the image is wider than its share: its light is spread, not added
    spread = (item.width * theme.POINT_SIGMA * height / 1080.0 / sigma) ** 2
    weight = item.brightness * spread * (item.reference_m / np.maximum(distance_m, 1.0)) ** 2
    draw_points(light, place[seen], (weight[:, None] * item.color)[seen], sigma)


def in_frame(place: FloatArray, size: tuple[int, int], margin: float = 8.0) -> NDArray[np.bool_]:
    """Which places (N, 2) in pixels lie in the picture or just outside."""
    x, y = place[:, 0], place[:, 1]
    with np.errstate(invalid="ignore"):
        return (x > -margin) & (y > -margin) & (x < size[0] + margin) & (y < size[1] + margin)


def behind_earth(
    points_gcrs_m: FloatArray, camera: Camera, shape: EarthShape, rotation_itrs_from_gcrs: FloatArray
) -> NDArray[np.bool_]:
    """Which points (N, 3) the ellipsoid hides from the camera: the segment between them meets it."""
    scale = np.array([1.0, 1.0, 1.0 / (1.0 - shape.flattening)]) / shape.equatorial_radius_m
    squeeze = scale[:, None] * rotation_itrs_from_gcrs
    eye = squeeze @ camera.position_gcrs_m
    way = points_gcrs_m @ squeeze.T - eye
    length2 = np.einsum("nk,nk->n", way, way)
    along = -(way @ eye) / length2  # share of the way at the closest approach
    miss2 = eye @ eye - along**2 * length2
    inside = np.einsum("nk,nk->n", way + eye, way + eye) < 1.0
    return (miss2 < 1.0) & (along > 0.0) & ((along < 1.0) | inside)


def draw_points(light: NDArray[np.float32], place: FloatArray, color: FloatArray, sigma: float) -> None:
    """Add small Gaussian images to light (H, W, 3): centres (N, 2) in pixels, light (N, 3) of their peaks."""
    _draw(light, np.ascontiguousarray(place, float), np.ascontiguousarray(color, float), float(sigma))


@njit(cache=True, nogil=True)
def _draw(light: Any, place: Any, color: Any, sigma: float) -> None:
    height, width = light.shape[:2]
    reach = math.ceil(REACH * sigma)
    shape = np.empty(2 * reach + 2)
    for n in range(len(place)):
        x, y = place[n, 0], place[n, 1]
        i, j = math.floor(x), math.floor(y)
        for a in range(2 * reach + 2):
            shape[a] = math.exp(-0.5 * ((i - reach + a - x) / sigma) ** 2)
        for b in range(max(j - reach, 0), min(j + reach + 2, height)):
            wy = math.exp(-0.5 * ((b - y) / sigma) ** 2)
            for a in range(max(i - reach, 0), min(i + reach + 2, width)):
                weight = wy * shape[a - i + reach]
                for k in range(3):
                    light[b, a, k] += weight * color[n, k]
