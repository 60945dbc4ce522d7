"""The Earth's shadow drawn as a body: a faint volume where a ray passes through the cone of the umbra."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz import theme
from viz.camera import Camera
from viz.kernels import by_rows, kernel
from viz.viewer.moments import Moment

REACH = 2.6  # Earth radii behind the Earth to which it is drawn
DEPTH = 1.1  # Earth radii of way through it that bring most of its light


def add_umbra(light: NDArray[np.float32], camera: Camera, moment: Moment) -> None:
    """Add the glow of the shadow to light (H, W, 3), where the Earth does not hide it."""
    height, width = light.shape[:2]
    radius = moment.earth.shape.equatorial_radius_m
    turn = camera.rotation_camera_from_gcrs
    by_rows(
        _umbra_rows,
        height,
        light,
        camera.position_gcrs_m / radius,
        np.ascontiguousarray(turn.T),
        1.0 / camera.pixels_per_tangent((width, height)),
        np.array(camera.shift),
        -moment.sun_direction_gcrs,
        moment.umbra_apex_m / radius,
        math.cos(moment.umbra_half_angle_rad) ** 2,
        np.array(theme.UMBRA),
    )


@kernel
def _umbra_rows(
    first: int, last: int, light: Any, eye: Any, rays: Any, pixel: float, shift: Any, axis: Any, apex: float,
    cos2: float, color: Any,
) -> None:  # fmt: skip
    height, width = light.shape[:2]
    # from the apex, looking back at the Earth: the cone is where -(p . axis) > |p| cos
    wx, wy, wz = eye[0] - apex * axis[0], eye[1] - apex * axis[1], eye[2] - apex * axis[2]
    wa = -(wx * axis[0] + wy * axis[1] + wz * axis[2])
    ww = wx * wx + wy * wy + wz * wz
    ee = eye[0] * eye[0] + eye[1] * eye[1] + eye[2] * eye[2]
    ea = eye[0] * axis[0] + eye[1] * axis[1] + eye[2] * axis[2]
    for row in range(first, last):
        y = -(row + 0.5 - 0.5 * height * (1.0 - shift[1])) * pixel
        for column in range(width):
            x = (column + 0.5 - 0.5 * width * (1.0 + shift[0])) * pixel
            dx = rays[0, 0] * x + rays[0, 1] * y - rays[0, 2]
            dy = rays[1, 0] * x + rays[1, 1] * y - rays[1, 2]
            dz = rays[2, 0] * x + rays[2, 1] * y - rays[2, 2]
            n = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
            dx, dy, dz = dx * n, dy * n, dz * n
            da = dx * axis[0] + dy * axis[1] + dz * axis[2]
            dw = wx * dx + wy * dy + wz * dz
            # f(t) = (w + t d . -axis)^2 - cos2 |w + t d|^2 > 0 inside
            a = da * da - cos2
            b = -wa * da - cos2 * dw
            c = wa * wa - cos2 * ww
            disc = b * b - a * c
            if disc <= 0.0 or a >= 0.0:
                continue
            root = math.sqrt(disc)
            t0, t1 = (-b + root) / a, (-b - root) / a
            if t0 > t1:
                t0, t1 = t1, t0
            t0 = max(t0, 0.0)
            # between the Earth's middle and the reach, seen along the axis
            if abs(da) > 1e-9:
                p, q = -ea / da, (REACH - ea) / da
                t0, t1 = max(t0, min(p, q)), min(t1, max(p, q))
            elif ea < 0.0 or ea > REACH:
                continue
            # the Earth in the way, or its own body within the cone
            along = -(eye[0] * dx + eye[1] * dy + eye[2] * dz)
            miss2 = ee - along * along
            if miss2 < 1.0 and along > 0.0:
                t1 = min(t1, along - math.sqrt(1.0 - miss2))
            if t1 <= t0:
                continue
            middle = min(max((ea + 0.5 * (t0 + t1) * da) / REACH, 0.0), 1.0)
            fade = (1.0 - middle) * (1.0 - middle) * (1.0 + 2.0 * middle)
            strength = fade * (1.0 - math.exp(-(t1 - t0) / DEPTH))
            for k in range(3):
                light[row, column, k] += strength * color[k]
