"""View factor of a plate to the Earth: the line integral around what it sees of the horizon."""

from __future__ import annotations

import numpy as np
from numba import njit

from geometry.radiation.earth_frame import (
    COS_TURN,
    LEVEL,
    LEVEL_TURN,
    PRODUCTS,
    SIN_TURN,
    SIZES,
    SQUARES,
    WITH_COS,
    WITH_SIN,
    cross,
    dot,
)


@njit(cache=True, nogil=True, error_model="numpy")
def contour_view_factor(true, plane, frame, nodes, weights, rays):  # type: ignore[no-untyped-def]
    """View factor of a plate (`earth_frame.fill_plate`) to the spheroid; rays (3, 3) is room.

    F = 1/(2 pi) | contour integral of n . (r x dr) / r^2 |; the horizon is a plane section, cut by the
    plate's own plane; along that cut the integrand is the angle turned through.  Gauss nodes around an arc,
    in ascending order as pairs about 0; twice as many, evenly spread, around the whole.
    """
    height, radius = frame[SIZES, 0], frame[SIZES, 1]
    level = -plane[2] * radius * radius * height
    m1, m2 = radius * plane[0], radius * plane[1]
    swing = np.sqrt(m1 * m1 + m2 * m2)
    if level <= -swing:
        return 0.0
    flat, with_cos, with_sin = (
        dot(true, frame[LEVEL_TURN]),
        dot(true, frame[COS_TURN]),
        dot(true, frame[SIN_TURN]),
    )
    aa, bb, cc = frame[SQUARES, 0], frame[SQUARES, 1], frame[SQUARES, 2]
    ab, ac, bc = frame[PRODUCTS, 0], frame[PRODUCTS, 1], frame[PRODUCTS, 2]
    whole = level >= swing
    cm, sm, half = 1.0, 0.0, np.pi
    if not whole:
        cm, sm, half = m1 / swing, m2 / swing, np.arccos(-level / swing)
    count = 2 * len(nodes) if whole else len(nodes)
    total = 0.0
    for k in range(count // 2):
        if whole:
            angle, weight = 2.0 * np.pi * k / count, 2.0 * np.pi / count
        else:
            angle, weight = half * nodes[count - 1 - k], half * weights[k]
        c, s = np.cos(angle), np.sin(angle)
        for pair in range(2):  # two angles on either side of the middle, or opposite each other
            if pair == 1:
                c, s = (-c if whole else c), -s
            x, y = cm * c - sm * s, sm * c + cm * s
            square = aa + x * (bb * x + 2.0 * (ab + bc * y)) + y * (cc * y + 2.0 * ac)
            total -= weight * (flat + x * with_cos + y * with_sin) / square
    if not whole:
        c, s = -level / swing, np.sqrt(max(0.0, 1.0 - (level / swing) ** 2))
        for k in range(3):
            a, b, d = frame[LEVEL, k], frame[WITH_COS, k], frame[WITH_SIN, k]
            rays[0, k] = a + (cm * c - sm * s) * b + (sm * c + cm * s) * d
            rays[1, k] = a + (cm * c + sm * s) * b + (sm * c - cm * s) * d
        cross(rays[0], rays[1], rays[2])
        total += np.arctan2(np.sqrt(dot(rays[2], rays[2])), dot(rays[0], rays[1]))
    return max(0.0, total / (2.0 * np.pi))
