"""The sky of an observer in the evening twilight: a look, not photometry (`dawnring sky` has the numbers)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.camera import Camera
from viz.kernels import by_rows, kernel
from viz.viewer.moments import Moment

GLOW = np.array([[0.30, 0.115, 0.035], [0.10, 0.075, 0.070], [0.012, 0.024, 0.058]])
"""Linear light over the Sun's place: at the horizon, above it, of the whole sky."""
GROUND = np.array([0.0022, 0.0026, 0.0034])


def add_dusk(light: NDArray[np.float32], passed: NDArray[np.float32], camera: Camera, moment: Moment) -> None:
    """Add the glow of the sky and the dark ground to light (H, W, 3); the ground lets nothing pass (H, W)."""
    height, width = light.shape[:2]
    up = camera.position_gcrs_m / np.linalg.norm(camera.position_gcrs_m)
    sun = moment.sun_direction_gcrs
    depression_rad = -math.asin(float(sun @ up))
    level = sun - (sun @ up) * up
    by_rows(
        _dusk_rows,
        height,
        light,
        passed,
        np.ascontiguousarray(camera.rotation_camera_from_gcrs.T),
        1.0 / camera.pixels_per_tangent((width, height)),
        up,
        level / np.linalg.norm(level),
        math.exp(-max(depression_rad, 0.0) / 0.09),
        GLOW,
        GROUND,
    )


@kernel
def _dusk_rows(
    first: int, last: int, light: Any, passed: Any, rays: Any, pixel: float, up: Any, towards: Any,
    strength: float, glow: Any, ground: Any,
) -> None:  # fmt: skip
    height, width = light.shape[:2]
    for row in range(first, last):
        y = -(row + 0.5 - 0.5 * height) * pixel
        for column in range(width):
            x = (column + 0.5 - 0.5 * width) * pixel
            dx = rays[0, 0] * x + rays[0, 1] * y - rays[0, 2]
            dy = rays[1, 0] * x + rays[1, 1] * y - rays[1, 2]
            dz = rays[2, 0] * x + rays[2, 1] * y - rays[2, 2]
            n = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
            sine = n * (dx * up[0] + dy * up[1] + dz * up[2])
            facing = n * (dx * towards[0] + dy * towards[1] + dz * towards[2])
            sky = min(max(0.5 + sine / (1.5 * pixel), 0.0), 1.0)
            rise = max(sine, 0.0)
            spread = math.exp(-3.0 * (1.0 - facing))
            low, high = math.exp(-rise / 0.07), math.exp(-rise / 0.24)
            clear = 1.0 - math.exp(-rise / 0.06)
            for k in range(3):
                shine = strength * (spread * (3.0 * low * glow[0, k] + 3.0 * high * glow[1, k]))
                shine += glow[2, k] * (0.35 + 0.65 * spread) * (0.45 + 0.55 * high)
                light[row, column, k] += sky * shine + (1.0 - sky) * ground[k]
            passed[row, column] *= sky * clear
