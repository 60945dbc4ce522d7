"""A grid of directions over the whole sky, fixed in the body.

Each face of a cube about the craft is ruled in equal angles; light is taken as bilinear between the
crossings (`sky_light`).  A shadow is known by its integrals with the hat function of every crossing
(`shade_tables`), so the blocked light at any time is a sum over crossings: no direction is looked at again.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit

from geometry.validation import FloatArray, read_only

_EULER_RAD = (0.61, 0.83, 0.37)


@lru_cache(maxsize=1)
def body_from_grid() -> FloatArray:
    """How the grid stands in the body, (3, 3): askew to all planes that craft are built along.

    Shadow edges then cross cells anywhere, not all along their rims, where sampling would miss them.
    """
    turn = np.eye(3)
    for axis, angle in enumerate(_EULER_RAD):
        c, s = np.cos(angle), np.sin(angle)
        a, b = (axis + 1) % 3, (axis + 2) % 3
        about = np.eye(3)
        about[a, a], about[a, b], about[b, a], about[b, b] = c, -s, s, c
        turn = about @ turn
    return read_only(turn)


@lru_cache(maxsize=8)
def grid_directions(rows: int) -> FloatArray:
    """Unit vectors to the crossings in the grid's own axes, (6 (rows + 1)^2, 3); faces +x, -x, +y, ..."""
    u, v = (a.ravel() for a in np.meshgrid(grid_line(rows), grid_line(rows), indexing="ij"))
    out = np.empty((6, len(u), 3))
    _fill_directions(u, v, out)
    return read_only(out.reshape(-1, 3))


@lru_cache(maxsize=32)
def grid_line(rows: int) -> FloatArray:
    """Where the crossings stand along a side of a face of the unit cube, (rows + 1,), in [-1, 1]."""
    return read_only(np.tan(0.25 * np.pi * (2.0 * np.arange(rows + 1) / rows - 1.0)))


@njit(inline="always")
def direction(face, u, v, out):  # type: ignore[no-untyped-def]
    """Unit vector in `out` to the point (u, v) on a face of the unit cube, and sr per step of both angles."""
    square = 1.0 + u * u + v * v
    size = np.sqrt(square)
    axis = face >> 1
    out[axis] = (1.0 if (face & 1) == 0 else -1.0) / size
    out[(axis + 1) % 3] = u / size
    out[(axis + 2) % 3] = v / size
    return (1.0 + u * u) * (1.0 + v * v) / (square * size)


@njit(cache=True, nogil=True)
def _fill_directions(u, v, out):  # type: ignore[no-untyped-def]
    for face in range(6):
        for k in range(u.shape[0]):
            direction(face, u[k], v[k], out[face, k])
