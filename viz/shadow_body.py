"""The Earth's umbra as a body of its own: a cone that tapers away from the Sun, glass in the dark.

Each ray is met with the cone in closed form, in the axes in which the ellipsoid is a unit sphere; what lies
before the ground is integrated along the ray.  Its rim shines a little, as the edge of a glass does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geometry.constants import SOLAR_RADIUS_M
from viz.globe import squeezed_from_gcrs
from viz.kernels import by_rows, kernel
from viz.pixel_rays import ray_of, tangent_right, tangent_up
from viz.scene import Scene

STEPS = 12  # along the ray, for the fading
RIM = 0.55  # light of the edge, of that of the body


def add_shadow_body(light: NDArray[np.float32], passed: NDArray[np.float32], scene: Scene) -> None:
    """Lay the umbra of a scene's Earth over its light (H, W, 3), and take it from what passes (H, W).

    Raises
    ------
    ValueError
        The scene has no Earth.
    """
    item = scene.shadow
    if item is None or scene.earth is None:
        raise ValueError("a shadow needs an Earth that throws it; give the scene both")
    height, width = light.shape[:2]
    camera = scene.camera
    squeeze = squeezed_from_gcrs(scene.earth)
    sun = squeeze @ (scene.sun_direction_gcrs * item.sun_distance_m)
    distance = float(np.linalg.norm(sun))
    radius = scene.earth.shape.equatorial_radius_m
    apex = distance / (SOLAR_RADIUS_M / radius - 1.0)  # of the cone that touches both spheres from outside
    shape = np.array([apex, 1.0 / math.sqrt(apex * apex - 1.0), item.length_m / radius, item.depth])
    by_rows(
        _rows,
        height,
        light,
        passed,
        squeeze @ camera.position_gcrs_m,
        squeeze @ camera.rotation_camera_from_gcrs.T,
        1.0 / camera.pixels_per_tangent((width, height)),
        np.array(camera.shift),
        -sun / distance,
        shape,
        np.array(item.color, dtype=float),
    )


@kernel
def _rows(
    first: int, last: int, light: Any, passed: Any, origin: Any, rays: Any, pixel: float, shift: Any,
    axis: Any, shape: Any, color: Any,
) -> None:  # fmt: skip
    height, width = light.shape[:2]
    ox, oy, oz = origin[0], origin[1], origin[2]
    for row in range(first, last):
        y = tangent_up(row, height, pixel, shift)
        for column in range(width):
            dx, dy, dz = ray_of(rays, tangent_right(column, width, pixel, shift), y)
            body, rim = _along(
                ox, oy, oz, dx, dy, dz, axis[0], axis[1], axis[2],
                shape[0], shape[1], shape[2],
            )  # fmt: skip
            if body <= 0.0:
                continue
            left = (1.0 - shape[3]) ** min(body, 4.0)
            glow = 1.0 - math.exp(-body) + RIM * rim
            for k in range(3):
                light[row, column, k] = light[row, column, k] * left + color[k] * glow
            passed[row, column] *= left


@kernel
def _along(
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float,
    ax: float, ay: float, az: float, apex: float, slope: float, reach: float,
) -> tuple[float, float]:  # fmt: skip
    """Way through the umbra in Earth radii, less where it fades, and how much the ray grazes its skin."""
    far, step = ox * ax + oy * ay + oz * az, dx * ax + dy * ay + dz * az  # along the axis
    along = ox * dx + oy * dy + oz * dz
    square = ox * ox + oy * oy + oz * oz
    # within the cone where rho^2 < slope^2 (apex - s)^2
    wide, thin = slope * (apex - far), -slope * step
    a = 1.0 - step * step - thin * thin
    b = along - far * step - wide * thin
    c = square - far * far - wide * wide
    root = b * b - a * c
    if a <= 1e-12 or root <= 0.0:
        return 0.0, 0.0
    root = math.sqrt(root)
    start, end = (-b - root) / a, (-b + root) / a
    skin = start
    # behind the Earth's middle, before the length is over
    if abs(step) > 1e-12:
        one, two = -far / step, (reach - far) / step
        start, end = max(start, min(one, two)), min(end, max(one, two))
    elif far < 0.0 or far > reach:
        return 0.0, 0.0
    start = max(start, 0.0)
    ground = along * along - square + 1.0  # before the ground
    if ground > 0.0 and along < 0.0:
        end = min(end, -along - math.sqrt(ground))
    if end <= start:
        return 0.0, 0.0
    body = 0.0
    for k in range(STEPS):
        s = far + step * (start + (k + 0.5) / STEPS * (end - start))
        fade = min(max(1.0 - s / reach, 0.0), 1.0)
        body += fade * fade * (3.0 - 2.0 * fade)
    body *= (end - start) / STEPS
    s = far + step * start
    fade = min(max(1.0 - s / reach, 0.0), 1.0)
    grazing = 0.0
    if start == skin:  # seen through its side
        grazing = max(1.0 - root / wide, 0.0)
        grazing = grazing * grazing * grazing * min(1.0, 12.0 * root) * fade
    return body, grazing
