"""Shining points: where they fall in a picture, what the Earth hides of them, and their small images."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.environment import EarthShape
from geometry.validation import FloatArray
from viz import theme
from viz.camera import Camera
from viz.globe import squeezed_from_gcrs
from viz.kernels import by_rows, kernel
from viz.scene import EarthItem, PointsItem, Scene

STEPS = 128  # places within a pixel at which images are kept: the error is 0.004 pixels
REACH = 3  # pixels to each side of a point's image, in sigmas


def point_sigma(height: int, width: float = 1.0) -> float:
    """Width of a point's image in pixels of a picture this high; never so small that it would flicker."""
    return max(0.5, width * theme.POINT_SIGMA * height / 1080.0)


def add_points(light: NDArray[np.float32], item: PointsItem, scene: Scene) -> None:
    """Add the points of an item to scene light (H, W, 3), those in view and not behind the Earth."""
    height, width = light.shape[:2]
    sigma = point_sigma(height, item.width)
    # in a small picture the image is wider than its share: its light is spread, not added
    spread = (item.width * theme.POINT_SIGMA * height / 1080.0 / sigma) ** 2
    trail = item.position_gcrs_m[None] if item.trail_gcrs_m is None else item.trail_gcrs_m
    repeats, count = trail.shape[:2]
    place = np.empty((repeats * count, 2), np.float32)
    weight = np.empty(repeats * count, np.float32)
    view = camera_view(scene.camera, (width, height))
    squeeze = np.zeros((3, 3)) if scene.earth is None else squeezed_from_gcrs(scene.earth)
    by_rows(
        _project, repeats * count, trail.reshape(-1, 3), item.brightness, view, squeeze, squeeze @ view[0],
        spread * item.reference_m**2 / repeats, width, height, place, weight, block=None,
    )  # fmt: skip
    draw_points(light, place, item.color, sigma, weight)


def camera_view(camera: Camera, size: tuple[int, int]) -> FloatArray:
    """(5, 3): place of the camera, its three axes, then the principal point and the scale in pixels."""
    scale = camera.pixels_per_tangent(size)
    middle = (0.5 * size[0] * (1.0 + camera.shift[0]) - 0.5, 0.5 * size[1] * (1.0 - camera.shift[1]) - 0.5)
    return np.vstack([camera.position_gcrs_m, camera.rotation_camera_from_gcrs, [*middle, scale]])


def behind_earth(
    points_gcrs_m: FloatArray, camera: Camera, shape: EarthShape, rotation_itrs_from_gcrs: FloatArray
) -> NDArray[np.bool_]:
    """Which points (N, 3) the ellipsoid hides from the camera: the segment between them meets it."""
    squeeze = squeezed_from_gcrs(EarthItem(rotation_itrs_from_gcrs, shape))
    eye = squeeze @ camera.position_gcrs_m
    out = np.empty(len(points_gcrs_m), np.bool_)
    _hide((points_gcrs_m - camera.position_gcrs_m) @ squeeze.T, eye, out)
    return out


def in_sight(
    points_gcrs_m: FloatArray, camera: Camera, earth: EarthItem | None, size_m: float
) -> NDArray[Any]:
    """Which of many bodies (N, 3) of a size a camera can see at any size of its picture, (n,) rising.

    Left out is what the Earth hides and what lies behind the camera.
    """
    squeeze = np.zeros((3, 3)) if earth is None else squeezed_from_gcrs(earth)
    seen = np.empty(len(points_gcrs_m), np.bool_)
    eye, back = camera.position_gcrs_m, camera.rotation_camera_from_gcrs[2]
    by_rows(_see, len(seen), points_gcrs_m, eye, back, squeeze, squeeze @ eye, size_m, seen, block=None)
    return np.flatnonzero(seen)


@kernel
def _see(
    first: int, last: int, position: Any, eye: Any, back: Any, squeeze: Any, origin: Any, size_m: float,
    seen: Any,
) -> None:  # fmt: skip
    earth = origin[0] != 0.0 or origin[1] != 0.0 or origin[2] != 0.0
    for n in range(first, last):
        x, y, z = position[n, 0] - eye[0], position[n, 1] - eye[1], position[n, 2] - eye[2]
        seen[n] = back[0] * x + back[1] * y + back[2] * z < size_m
        if seen[n] and earth:
            seen[n] = not hidden(
                origin[0], origin[1], origin[2],
                squeeze[0, 0] * x + squeeze[0, 1] * y + squeeze[0, 2] * z,
                squeeze[1, 0] * x + squeeze[1, 1] * y + squeeze[1, 2] * z,
                squeeze[2, 0] * x + squeeze[2, 1] * y + squeeze[2, 2] * z,
            )  # fmt: skip


@kernel
def _hide(way: Any, eye: Any, out: Any) -> None:
    for n in range(len(way)):
        out[n] = hidden(eye[0], eye[1], eye[2], way[n, 0], way[n, 1], way[n, 2])


@kernel
def hidden(ex: float, ey: float, ez: float, wx: float, wy: float, wz: float) -> bool:
    """Whether the way w from the eye e meets the unit sphere before it ends."""
    length2 = wx * wx + wy * wy + wz * wz
    along = -(ex * wx + ey * wy + ez * wz) / length2  # share of the way at the closest approach
    if not (along > 0.0 and ex * ex + ey * ey + ez * ez - along * along * length2 < 1.0):
        return False
    qx, qy, qz = wx + ex, wy + ey, wz + ez
    return along < 1.0 or qx * qx + qy * qy + qz * qz < 1.0


def draw_points(
    light: NDArray[np.float32],
    place: NDArray[Any],
    color: FloatArray,
    sigma: float,
    weight: NDArray[Any] | None = None,
) -> None:
    """Add small Gaussian images to light (H, W, 3), in float32.

    Centres (N, 2) in pixels, light (N, 3) of their peaks, and a factor (N,) on it: zero leaves one out.
    There may be several centres and factors of each: those of all, then of all again, against light (N, 3).
    """
    factor = np.ones(len(place), np.float32) if weight is None else weight
    by_rows(
        _draw, light.shape[0], light, np.ascontiguousarray(place, np.float32),
        np.ascontiguousarray(factor, np.float32), np.ascontiguousarray(color, np.float32),
        _images(float(sigma)), block=None,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _images(sigma: float) -> NDArray[np.float32]:
    """Cuts through a point's image, (STEPS, n): one for each place within a pixel."""
    reach = math.ceil(REACH * sigma)
    off = np.arange(-reach, reach + 2) - (np.arange(STEPS)[:, None] + 0.5) / STEPS
    return np.exp(-0.5 * (off / sigma) ** 2).astype(np.float32)


@kernel
def depth_of(view: Any, x: float, y: float, z: float) -> float:
    """How far before a camera a place is, along its line of sight; the place is seen from the camera."""
    return -(view[3, 0] * x + view[3, 1] * y + view[3, 2] * z)


@kernel
def pixel_of(view: Any, x: float, y: float, z: float, depth: float) -> tuple[float, float]:
    """Column and row at which a place, seen from the camera, stands in the picture of a `camera_view`."""
    scale = view[4, 2] / depth
    return (
        view[4, 0] + scale * (view[1, 0] * x + view[1, 1] * y + view[1, 2] * z),
        view[4, 1] - scale * (view[2, 0] * x + view[2, 1] * y + view[2, 2] * z),
    )


@kernel
def _project(
    first: int, last: int, position: Any, brightness: Any, view: Any, squeeze: Any, eye: Any, strength: float,
    width: int, height: int, place: Any, weight: Any,
) -> None:  # fmt: skip
    """Pixel and light of each point; light zero where it is out of view or behind the Earth."""
    earth = eye[0] != 0.0 or eye[1] != 0.0 or eye[2] != 0.0
    members = len(brightness)
    for n in range(first, last):
        weight[n] = 0.0
        px, py, pz = position[n, 0], position[n, 1], position[n, 2]
        x, y, z = px - view[0, 0], py - view[0, 1], pz - view[0, 2]
        depth = depth_of(view, x, y, z)
        if not depth > 0.0:
            continue
        column, row = pixel_of(view, x, y, z, depth)
        if not (column > -8.0 and row > -8.0 and column < width + 8.0 and row < height + 8.0):
            continue
        if earth and hidden(
            eye[0], eye[1], eye[2],
            squeeze[0, 0] * x + squeeze[0, 1] * y + squeeze[0, 2] * z,
            squeeze[1, 0] * x + squeeze[1, 1] * y + squeeze[1, 2] * z,
            squeeze[2, 0] * x + squeeze[2, 1] * y + squeeze[2, 2] * z,
        ):  # fmt: skip
            continue
        place[n, 0], place[n, 1] = column, row
        weight[n] = brightness[n % members] * strength / max(x * x + y * y + z * z, 1.0)


@kernel
def _draw(first: int, last: int, light: Any, place: Any, weight: Any, color: Any, images: Any) -> None:
    width = light.shape[1]
    across = images.shape[1]
    reach, members = across // 2 - 1, len(color)
    for n in range(len(place)):
        share = weight[n]
        if share == 0.0:
            continue
        x, y = place[n, 0], place[n, 1]
        i, j = math.floor(x), math.floor(y)
        top, bottom = max(j - reach, first), min(j + reach + 2, last)
        left, right = max(i - reach, 0), min(i + reach + 2, width)
        if top >= bottom or left >= right:
            continue
        u, v = int((x - i) * STEPS), int((y - j) * STEPS)
        m = n % members
        red, green, blue = share * color[m, 0], share * color[m, 1], share * color[m, 2]
        for b in range(top, bottom):
            wy = images[v, b - j + reach]
            r, g, c = wy * red, wy * green, wy * blue
            for a in range(left, right):
                wx = images[u, a - i + reach]
                light[b, a, 0] += wx * r
                light[b, a, 1] += wx * g
                light[b, a, 2] += wx * c
