"""The Earth as a satellite stands over it: what all plates there share, reckoned once for each time.

Lengths are in equatorial radii.  Along the pole everything is stretched until the Earth is a unit sphere:
straight lines stay straight there, so the horizon, a plate's own plane and the terminator (the true normal
of the spheroid at right angles to the Sun) are all circles on that sphere.  Vectors are given along three
axes there, the third from the centre to the satellite.
"""

from __future__ import annotations

import numpy as np
from numba import njit

AXES = 0
"""Rows 0 to 2: the three axes of the frame, in the body's."""

POLE, SUN = 3, 4
"""Of unit length; to the Sun, stretched so that a sunlit place is where its product with it is positive."""

LEVEL, WITH_COS, WITH_SIN = 5, 6, 7
"""Of the true ray to the horizon at an angle around it: LEVEL + cos WITH_COS + sin WITH_SIN."""

LEVEL_TURN, COS_TURN, SIN_TURN = 8, 9, 10
"""Likewise of the product of that ray with its own turn."""

SQUARES, PRODUCTS = 11, 12
"""Of the three parts of the ray: with themselves, and first x second, first x third, second x third."""

SIZES = 13
"""Height of the satellite, radius of the circle of the horizon, and flattening."""

ROWS = 14


@njit(cache=True, nogil=True, inline="always")
def dot(a, b):  # type: ignore[no-untyped-def]
    """a . b of vectors (3,)."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit(cache=True, nogil=True, inline="always")
def cross(a, b, out):  # type: ignore[no-untyped-def]
    """Fill out (3,) with a x b."""
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]


@njit(cache=True, nogil=True, error_model="numpy")
def fill_frame(position, pole, sun, flattening, frame):  # type: ignore[no-untyped-def]
    """Fill frame (ROWS, 3) for a place and the directions to the pole and the Sun there, body frame."""
    grow = 1.0 / (1.0 - flattening)
    along = (grow - 1.0) * dot(position, pole)
    height = 0.0
    for k in range(3):
        frame[2, k] = position[k] + along * pole[k]
        height += frame[2, k] ** 2
    height = np.sqrt(height)
    for k in range(3):
        frame[2, k] /= height
    a0, a1, a2 = frame[2, 0], frame[2, 1], frame[2, 2]
    sign = 1.0 if a2 >= 0.0 else -1.0
    a = -1.0 / (sign + a2)
    frame[0, 0], frame[0, 1], frame[0, 2] = 1.0 + sign * a0 * a0 * a, sign * a0 * a1 * a, -sign * a0
    frame[1, 0], frame[1, 1], frame[1, 2] = a0 * a1 * a, sign + a1 * a1 * a, -a1
    radius = np.sqrt(1.0 - 1.0 / (height * height))
    along = (grow - 1.0) * dot(sun, pole)
    for k in range(3):
        frame[POLE, k] = dot(pole, frame[k])
        frame[SUN, k] = dot(sun, frame[k]) + along * frame[POLE, k]
    k0, k1, k2 = frame[POLE, 2], frame[POLE, 0], frame[POLE, 1]
    rise = 1.0 / height - height
    for k in range(3):
        pole_k = frame[POLE, k]
        frame[LEVEL, k] = rise * ((1.0 if k == 2 else 0.0) - flattening * k0 * pole_k)
        frame[WITH_COS, k] = radius * ((1.0 if k == 0 else 0.0) - flattening * k1 * pole_k)
        frame[WITH_SIN, k] = radius * ((1.0 if k == 1 else 0.0) - flattening * k2 * pole_k)
    cross(frame[WITH_COS], frame[WITH_SIN], frame[LEVEL_TURN])
    cross(frame[LEVEL], frame[WITH_SIN], frame[COS_TURN])
    cross(frame[WITH_COS], frame[LEVEL], frame[SIN_TURN])
    for k in range(3):
        frame[SQUARES, k] = dot(frame[LEVEL + k], frame[LEVEL + k])
    frame[PRODUCTS, 0] = dot(frame[LEVEL], frame[WITH_COS])
    frame[PRODUCTS, 1] = dot(frame[LEVEL], frame[WITH_SIN])
    frame[PRODUCTS, 2] = dot(frame[WITH_COS], frame[WITH_SIN])
    frame[SIZES, 0], frame[SIZES, 1], frame[SIZES, 2] = height, radius, flattening


@njit(cache=True, nogil=True, inline="always")
def fill_plate(normal, frame, true, plane):  # type: ignore[no-untyped-def]
    """Fill true (3,) with a plate's normal along the frame's axes, plane (3,) with its stretched plane's."""
    for k in range(3):
        true[k] = dot(normal, frame[AXES + k])
    along = frame[SIZES, 2] * dot(true, frame[POLE])
    for k in range(3):
        plane[k] = true[k] - along * frame[POLE, k]
