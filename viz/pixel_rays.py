"""The ray of each pixel, for kernels that meet it with the Earth or what stands about it.

`rays` (3, 3) has the camera's axes right, up and back as columns, in the axes of the kernel; x and y are
tangents of the angles right and up from the line of sight.
"""

from __future__ import annotations

import math
from typing import Any

from viz.kernels import kernel


@kernel
def tangent_right(column: float, width: int, pixel: float, shift: Any) -> float:
    """x of the middle of a column of pixels, each `pixel` wide; the principal point is shifted."""
    return (column + 0.5 - 0.5 * width * (1.0 + shift[0])) * pixel


@kernel
def tangent_up(row: float, height: int, pixel: float, shift: Any) -> float:
    """y of the middle of a row of pixels."""
    return -(row + 0.5 - 0.5 * height * (1.0 - shift[1])) * pixel


@kernel
def ray_of(rays: Any, x: float, y: float) -> tuple[float, float, float]:
    """Unit vector along a ray."""
    dx = rays[0, 0] * x + rays[0, 1] * y - rays[0, 2]
    dy = rays[1, 0] * x + rays[1, 1] * y - rays[1, 2]
    dz = rays[2, 0] * x + rays[2, 1] * y - rays[2, 2]
    n = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
    return dx * n, dy * n, dz * n


@kernel
def row_span(
    ox: float, oy: float, oz: float, reach: float, rays: Any, y: float, width: int, pixel: float, shift: Any
) -> tuple[int, int]:
    """First column, and the one after the last, of a row whose rays from o come within `reach` of zero.

    They may be a column or two more; where the row has no two ends it is the whole row.

    Notes
    -----
    The rays that touch a ball are a cone: (o . d)^2 = (o . o - reach^2) (d . d), a quadratic in x.
    """
    ax, ay, az = rays[0, 1] * y - rays[0, 2], rays[1, 1] * y - rays[1, 2], rays[2, 1] * y - rays[2, 2]
    bx, by, bz = rays[0, 0], rays[1, 0], rays[2, 0]
    p, q = ox * ax + oy * ay + oz * az, ox * bx + oy * by + oz * bz
    m = ox * ox + oy * oy + oz * oz - reach * reach
    square = q * q - m * (bx * bx + by * by + bz * bz)
    if m <= 0.0 or square >= 0.0:
        return 0, width
    half = p * q - m * (ax * bx + ay * by + az * bz)
    rest = p * p - m * (ax * ax + ay * ay + az * az)
    root = half * half - square * rest
    if root <= 0.0 or p - q * half / square >= 0.0:  # missed, or behind the eye
        return 0, 0
    root = math.sqrt(root)
    middle = 0.5 * width * (1.0 + shift[0]) - 0.5
    first = math.floor((-half + root) / square / pixel + middle)
    last = math.ceil((-half - root) / square / pixel + middle) + 1
    return min(max(first, 0), width), min(max(last, 0), width)
